"""Another system: takes messages, refuses them, or is away."""

import asyncio
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
    """Answers with `status`, as soon as `may_answer` is set; `taken` are the ids of what it has
    accepted, in order, and `came` is set when something has arrived.
    """

    status: int = 200
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Event = field(default_factory=asyncio.Event)
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
        self.came.set()
        await self.may_answer.wait()
        if self.status == 200:
            self.taken.append(letter_id)
            self.bodies.append(json.loads(text))
        self.came.set()
        headers = {"Location": "/elsewhere"} if self.status == 302 else {}
        return web.Response(status=self.status, headers=headers)


@asynccontextmanager
async def receiving(port: int = 0) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    receiver.may_answer.set()
    app = web.Application()
    app.router.add_post("/hook", receiver.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    port = runner.addresses[0][1]
    receiver.url = f"http://127.0.0.1:{port}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
