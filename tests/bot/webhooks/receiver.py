"""Another system: takes messages, refuses them, or is away."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

SECRET = "whsec_c2VjcmV0LW9mLXRoZS10ZXN0cw=="


@dataclass
class Receiver:
    """Answers with `status`; `taken` are the ids of what it has accepted, in order."""

    status: int = 200
    url: str = ""
    taken: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        text = await request.text()
        # The library's own check: a signature that is wrong, or old, raises.
        Webhook(SECRET).verify(text, dict(request.headers))
        letter_id = request.headers["webhook-id"]
        self.seen.append(letter_id)
        if self.status == 200:
            self.taken.append(letter_id)
            self.bodies.append(json.loads(text))
        headers = {"Location": "/elsewhere"} if self.status == 302 else {}
        return web.Response(status=self.status, headers=headers)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    receiver.url = f"http://127.0.0.1:{port}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
