"""WS /v1/realtime"""

import contextlib

from aiohttp import web

from local.providers.desk import DESK
from local.providers.openai.errors import error_response, fault_body, invalid
from local.providers.openai.realtime.connection import RealtimeConnection
from local.providers.streams import cutter

MAX_MESSAGE_BYTES = 16 * 1024 * 1024


async def realtime(request: web.Request) -> web.StreamResponse:
    """GET /v1/realtime?model=... with an upgrade"""
    desk = request.app[DESK]
    model = request.query.get("model")
    if not model:
        return invalid("You must provide a model parameter.", code="missing_model")
    if fault := desk.faults.take("realtime", "http_error"):
        return error_response(fault.status, fault_body(fault))
    desk.seen.note("realtime", "connect", model, request.headers)
    ws = web.WebSocketResponse(max_msg_size=MAX_MESSAGE_BYTES)
    await ws.prepare(request)
    cut = cutter(request)
    connection = RealtimeConnection(desk, model, dict(request.headers), cut)
    with desk.faults.open_line("realtime", cut), contextlib.suppress(ConnectionError):
        await connection.serve(ws)
    return ws
