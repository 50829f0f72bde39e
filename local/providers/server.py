"""The providers process: routes, keys, readiness, start and stop."""

import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import hdrs, web

from local.engine import EngineError
from local.providers.control_routes import ROUTES
from local.providers.deepgram import shapes as deepgram_shapes
from local.providers.deepgram.listen import listen_live, listen_recorded
from local.providers.desk import DESK, STAND_IN, Desk
from local.providers.openai import errors as openai_errors
from local.providers.openai.chat import complete_chat, list_models
from local.providers.openai.realtime import realtime
from local.providers.openai.speech import speak
from local.providers.streams import StreamCut

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
MAX_BODY_BYTES = 64 * 1024 * 1024
SHUTDOWN_S = 1.0
DEEPGRAM_PATH = "/v1/listen"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def health(request: web.Request) -> web.Response:
    """200 when the engines are loaded, 503 before."""
    ready = request.app[DESK].engines is not None
    body = {
        "status": "ok" if ready else "loading",
        "service": STAND_IN,
        "note": "scripted local stand-ins, not OpenAI and not Deepgram",
    }
    return web.json_response(body, status=200 if ready else 503)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Checks the key, answers 503 while loading, and ends a stream that a fault has cut."""
    if not request.path.startswith("/v1/"):
        return await handler(request)
    by_deepgram = request.path == DEEPGRAM_PATH
    key = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")[2]
    if key == openai_errors.WRONG_KEY:
        return deepgram_shapes.wrong_key("") if by_deepgram else openai_errors.wrong_key()
    if request.app[DESK].engines is None:
        return web.json_response({"error": {"message": "the engines are loading"}}, status=503)
    try:
        return await handler(request)
    except StreamCut as cut:
        return cut.response
    except EngineError as error:
        logger.error("the voice failed: %s", error)
        raise web.HTTPInternalServerError from error


async def name_server(request: web.Request, response: web.StreamResponse) -> None:
    """Every answer says what it comes from."""
    response.headers[hdrs.SERVER] = STAND_IN
    response.headers["x-request-id"] = f"req_{uuid.uuid4().hex}"


def build_app(desk: Desk) -> web.Application:
    """All services and the control plane around one desk."""
    app = web.Application(middlewares=[guard], client_max_size=MAX_BODY_BYTES)
    app[DESK] = desk
    app.on_response_prepare.append(name_server)
    app.add_routes(
        [
            web.get("/health", health),
            web.get("/v1/models", list_models),
            web.post("/v1/chat/completions", complete_chat),
            web.post("/v1/audio/speech", speak),
            web.get("/v1/realtime", realtime),
            web.get(DEEPGRAM_PATH, listen_live),
            web.post(DEEPGRAM_PATH, listen_recorded),
            *ROUTES,
        ]
    )
    return app


@asynccontextmanager
async def serve(desk: Desk, port: int) -> AsyncIterator[int]:
    """Listens on 127.0.0.1 for the block; port 0 takes a free one. Yields the port.

    Raises OSError when the port is taken.
    """
    runner = web.AppRunner(
        build_app(desk),
        access_log=None,
        handler_cancellation=True,  # a client that leaves ends its stream, stalled or not
        shutdown_timeout=SHUTDOWN_S,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
