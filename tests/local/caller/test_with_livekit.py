"""The scripted caller against the real LiveKit SIP."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from local.caller import CallFailed, CallTimeout, PhoneCall, SipCaller
from local.stack import Stack
from tests.local.caller.fakes import LoudnessDetector, tone
from tests.local.caller.far_end import PASSWORD, USER, delete_room, far_end

pytestmark = pytest.mark.alone
NUMBER = "+12025550171"
OTHER_NUMBER = "+12025550172"
ANSWER = {"results": {"channels": [{"alternatives": [{"transcript": "a beep"}]}]}}


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    run_dir = tmp_path_factory.mktemp("caller-stack")
    async with Stack(run_dir, with_providers=False, with_trunk=False, with_worker=False) as stack:
        yield stack


@pytest.fixture(scope="module")
async def caller() -> AsyncIterator[SipCaller]:
    """A caller for whom every sound is "a beep" and every sentence a second of a tone.

    Half a second of silence follows the tone: a BYE right after a sound would overtake its end.
    """

    async def listen(request: web.Request) -> web.Response:
        return web.json_response(ANSWER)

    async def speak(request: web.Request) -> web.Response:
        return web.Response(body=tone(1.0, hz=600.0, rate_hz=24_000).tobytes() + bytes(24_000))

    app = web.Application()
    app.add_routes([web.post("/v1/listen", listen), web.post("/v1/audio/speech", speak)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    async with SipCaller(f"http://127.0.0.1:{port}", new_detector=LoudnessDetector) as caller:
        yield caller
    await runner.cleanup()


async def dial(caller: SipCaller, stack: Stack, number: str = NUMBER) -> PhoneCall:
    return await caller.dial(
        stack.sip_address, number, user=USER, password=PASSWORD, answer_timeout_s=10.0
    )


async def test_a_beep_is_heard_when_it_arrives_and_as_long_as_it_was(
    caller: SipCaller, stack: Stack, tmp_path: Path
) -> None:
    async with far_end(stack, NUMBER) as far:
        call = await dial(caller, stack)
        assert 0.0 < call.answered_s < 5.0
        await call.wait_for_silence(0.5)
        sent_s = call.now_s
        await far.beep(0.8)
        heard = await call.hear(timeout_s=5.0)
        assert heard.text == "a beep"
        assert sent_s < heard.start_s < sent_s + 0.5
        assert heard.end_s - heard.start_s == pytest.approx(0.8, abs=0.06)
        await call.hang_up()
        await asyncio.wait_for(far.caller_left.wait(), 5.0)
        call.save(tmp_path / "call.wav")
    assert (tmp_path / "call.wav").stat().st_size > 2 * 2 * 8000 * heard.end_s


async def test_what_the_caller_says_arrives_whole(caller: SipCaller, stack: Stack) -> None:
    async with far_end(stack, NUMBER) as far:
        call = await dial(caller, stack)
        await call.wait_for_silence(0.5)
        line = await call.say("anything")
        await call.aclose()
        assert line.end_s - line.start_s == pytest.approx(1.5, abs=0.01)
        (spoken,) = call.caller_speech
        assert spoken.duration_s == pytest.approx(1.0, abs=0.02)
        assert far.heard_loud_s() == pytest.approx(1.0, abs=0.1)
        assert 590 < far.heard_hz() < 610


async def test_keys_arrive(caller: SipCaller, stack: Stack) -> None:
    async with far_end(stack, NUMBER) as far:
        call = await dial(caller, stack)
        await call.wait_for_silence(0.5)
        await call.press("12#")
        await call.wait_for_silence(0.8)
        await call.aclose()
        assert far.keys == "12#"


async def test_the_far_end_hanging_up_is_noticed(caller: SipCaller, stack: Stack) -> None:
    async with far_end(stack, NUMBER) as far:
        call = await dial(caller, stack)
        await call.wait_for_silence(0.5)
        await far.beep(0.5)
        await call.hear(timeout_s=5.0)
        asked_s = call.now_s
        await delete_room(stack, NUMBER)
        assert await call.wait_hung_up(5.0) < asked_s + 2.0
        assert call.ended_by == "far end"
        assert call.heard_to_the_end


async def test_a_wrong_password_is_refused(caller: SipCaller, stack: Stack) -> None:
    async with far_end(stack, NUMBER):
        with pytest.raises(CallFailed) as caught:
            await caller.dial(stack.sip_address, NUMBER, user=USER, password="wrong")
        assert caught.value.status_code == 401


async def test_a_room_that_is_deleted_while_it_rings_is_486(
    caller: SipCaller, stack: Stack
) -> None:
    async with far_end(stack, NUMBER, answers=False) as far:
        ringing = await caller.start_dial(stack.sip_address, NUMBER, user=USER, password=PASSWORD)
        await ringing.wait_ringing()
        await asyncio.wait_for(far.caller_joined.wait(), 5.0)
        await delete_room(stack, NUMBER)
        with pytest.raises(CallFailed) as caught:
            await ringing.wait_answered(10.0)
        assert caught.value.status_code == 486


async def test_hanging_up_while_it_rings_takes_the_caller_out_of_the_room(
    caller: SipCaller, stack: Stack
) -> None:
    async with far_end(stack, NUMBER, answers=False) as far:
        ringing = await caller.start_dial(stack.sip_address, NUMBER, user=USER, password=PASSWORD)
        await asyncio.wait_for(far.caller_joined.wait(), 5.0)
        await ringing.cancel()
        with pytest.raises(CallFailed) as caught:
            await ringing.wait_answered()
        assert caught.value.status_code == 487
        await asyncio.wait_for(far.caller_left.wait(), 5.0)


async def test_a_number_that_nobody_has_rings_until_the_caller_gives_up(
    caller: SipCaller, stack: Stack
) -> None:
    with pytest.raises(CallTimeout):
        await caller.dial(stack.sip_address, "+12025550999", answer_timeout_s=1.5)


async def test_two_calls_at_once_hear_each_their_own(caller: SipCaller, stack: Stack) -> None:
    async with far_end(stack, NUMBER) as one, far_end(stack, OTHER_NUMBER) as two:
        first, second = await asyncio.gather(dial(caller, stack), dial(caller, stack, OTHER_NUMBER))
        await asyncio.gather(first.wait_for_silence(0.5), second.wait_for_silence(0.5))
        await one.beep(0.5)
        await first.hear(timeout_s=5.0)
        assert second.far_speech == []
        await two.beep(0.5)
        await second.hear(timeout_s=5.0)
        assert len(first.far_speech) == 1
        assert first.sip_call_id != second.sip_call_id
        await asyncio.gather(first.aclose(), second.aclose())
