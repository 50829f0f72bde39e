"""The control plane for tests: /control/... It is no part of any provider's API."""

from dataclasses import asdict

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from local.providers.desk import DESK
from local.providers.faults import Fault
from local.providers.script import Script

FAULT: TypeAdapter[Fault] = TypeAdapter(Fault)
SCRIPT: TypeAdapter[Script] = TypeAdapter(Script)


async def post_fault(request: web.Request) -> web.Response:
    try:
        fault = FAULT.validate_json(await request.read())
    except ValidationError as error:
        return web.json_response({"error": str(error)}, status=422)
    request.app[DESK].faults.arm(fault)
    return web.Response(status=204)


async def delete_faults(request: web.Request) -> web.Response:
    request.app[DESK].faults.clear()
    return web.Response(status=204)


async def post_script(request: web.Request) -> web.Response:
    try:
        script = SCRIPT.validate_json(await request.read())
    except ValidationError as error:
        return web.json_response({"error": str(error)}, status=422)
    request.app[DESK].script.load(script)
    return web.Response(status=204)


async def delete_script(request: web.Request) -> web.Response:
    request.app[DESK].script.load(Script())
    return web.Response(status=204)


async def get_requests(request: web.Request) -> web.Response:
    return web.json_response([asdict(seen) for seen in request.app[DESK].seen.all()])


ROUTES = [
    web.post("/control/faults", post_fault),
    web.delete("/control/faults", delete_faults),
    web.post("/control/script", post_script),
    web.delete("/control/script", delete_script),
    web.get("/control/requests", get_requests),
]
