"""One request, one INVITE: what LiveKit's answers mean, and that none of them is repeated."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from livekit.api import LiveKitAPI
from livekit.protocol.sip import CreateSIPParticipantRequest, SIPParticipantInfo

from sip.access import Access
from sip.calls.dial import Dialling, dial
from sip.errors import DialFailed

pytestmark = pytest.mark.unit

KEY, SECRET = "key", "a-secret-of-at-least-thirty-two-characters"
CALL = Dialling("ST_x", "+12025550123", "+12025550100", "call_1", "callee", 30.0, 900.0)


@dataclass
class FakeSip:
    """Answers every dial the same way."""

    status: int = 200
    code: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    requests: list[CreateSIPParticipantRequest] = field(default_factory=list)

    async def create(self, request: web.Request) -> web.Response:
        self.requests.append(CreateSIPParticipantRequest.FromString(await request.read()))
        if self.status == 200:
            body = SIPParticipantInfo(sip_call_id="SCL_1").SerializeToString()
            return web.Response(body=body, content_type="application/protobuf")
        body_json = {"code": self.code, "msg": "as scripted", "meta": self.meta}
        return web.json_response(body_json, status=self.status)


@asynccontextmanager
async def serve(sip: FakeSip) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/twirp/livekit.SIP/CreateSIPParticipant", sip.create)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def to_dial(url: str) -> AbstractAsyncContextManager[LiveKitAPI]:
    return Access(url, KEY, SECRET).connect(limit_s=None, repeats=False)


async def test_an_answered_call_is_asked_for_once_and_waited_for() -> None:
    sip = FakeSip()
    async with (
        serve(sip) as url,
        to_dial(url) as api,
    ):
        assert await dial(api, CALL) == "SCL_1"
    [request] = sip.requests
    assert (request.sip_call_to, request.sip_number) == (CALL.number, CALL.from_number)
    assert request.wait_until_answered
    assert (request.ringing_timeout.seconds, request.max_call_duration.seconds) == (30, 960)


@pytest.mark.parametrize(
    ("sip", "status", "timed_out"),
    [
        (
            FakeSip(
                412,
                "failed_precondition",
                {"sip_status_code": "486", "sip_status": "Busy Here"},
            ),
            486,
            False,
        ),
        (FakeSip(408, "canceled"), None, True),
        (FakeSip(503, "unavailable"), None, False),
        (FakeSip(500, "internal"), None, False),
    ],
)
async def test_a_refusal_is_told_and_not_repeated(
    sip: FakeSip, status: int | None, timed_out: bool
) -> None:
    async with (
        serve(sip) as url,
        to_dial(url) as api,
    ):
        with pytest.raises(DialFailed) as caught:
            await dial(api, CALL)
    assert (caught.value.sip_status, caught.value.timed_out) == (status, timed_out)
    assert len(sip.requests) == 1
    assert CALL.number not in str(caught.value)


@pytest.mark.parametrize(
    "status", ["X\x1b]52;c;ZXZpbA==\x1b\\", "Busy\r\nnone: was dialled", "\u202eysuB", "x" * 60_000]
)
async def test_what_the_far_end_says_is_one_clean_short_line(status: str) -> None:
    sip = FakeSip(412, "failed_precondition", {"sip_status_code": "486", "sip_status": status})
    async with (
        serve(sip) as url,
        to_dial(url) as api,
    ):
        with pytest.raises(DialFailed) as caught:
            await dial(api, CALL)
    assert len(caught.value.reason) <= 200
    assert caught.value.reason.isprintable()


async def test_a_server_out_of_reach_is_a_failure_and_no_timeout() -> None:
    async with Access("http://127.0.0.1:1", KEY, SECRET).connect(
        limit_s=None, repeats=False
    ) as api:
        with pytest.raises(DialFailed, match="could not be reached") as caught:
            await dial(api, CALL)
    assert not caught.value.timed_out
