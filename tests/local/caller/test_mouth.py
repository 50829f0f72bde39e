import asyncio

import numpy as np
import pytest

from local.caller.errors import CallEnded
from local.caller.hearing.recording import Track
from local.caller.mouth import LEAD_S, Mouth
from local.caller.timing import Span
from tests.local.caller.fakes import RATE_HZ, TapeLeg, VirtualClock, tone

pytestmark = pytest.mark.unit
CLIP = tone(2.0).tobytes()
VOICED = [Span(0.1, 0.9), Span(1.4, 2.0)]


def ready(ends_s: float = float("inf")) -> tuple[VirtualClock, TapeLeg, Track, Mouth]:
    clock = VirtualClock()
    leg = TapeLeg(clock, ends_s=ends_s)
    track = Track(RATE_HZ)
    return clock, leg, track, Mouth(leg, clock, track)


def bounds_s(spans: list[Span]) -> list[float]:
    return [moment_s for span in spans for moment_s in (span.start_s, span.end_s)]


async def test_a_clip_is_sent_whole_without_holes_at_the_speed_of_speech() -> None:
    clock, leg, track, mouth = ready()
    async with clock.running():
        await clock.sleep(1.0)
        span = await mouth.play(CLIP, VOICED)
        assert clock.now_s() == pytest.approx(3.0, abs=0.001)
    assert bounds_s([span]) == pytest.approx([1.0, 3.0])
    assert b"".join(pcm for _, pcm in leg.sent) == CLIP
    ends_s = [start_s + len(pcm) / 2 / RATE_HZ for start_s, pcm in leg.sent]
    starts_s = [start_s for start_s, _ in leg.sent]
    assert starts_s[1:] == pytest.approx(ends_s[:-1])
    assert np.array_equal(track.whole(3 * RATE_HZ)[RATE_HZ:], tone(2.0))


async def test_no_more_than_the_lead_is_ever_queued() -> None:
    clock, leg, _, mouth = ready()
    queued_s: list[float] = []
    write = leg.write

    def watched(pcm: bytes) -> int:
        taken = write(pcm)
        queued_s.append(leg.sent[-1][0] + taken / 2 / RATE_HZ - clock.now_s())
        return taken

    leg.write = watched  # type: ignore[method-assign]
    async with clock.running():
        await mouth.play(CLIP, [])
    assert max(queued_s) <= LEAD_S + 0.001


async def test_speech_is_where_the_clip_has_it() -> None:
    clock, _, _, mouth = ready()
    async with clock.running():
        await clock.sleep(1.0)
        await mouth.play(CLIP, VOICED)
    assert bounds_s(mouth.speech) == pytest.approx([1.1, 1.9, 2.4, 3.0])


async def test_cancelling_stops_the_sound_at_once_and_keeps_only_what_was_sent() -> None:
    clock, leg, track, mouth = ready()
    async with clock.running():
        playing = asyncio.create_task(mouth.play(CLIP, VOICED))
        await clock.sleep(0.5)
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing
    assert leg.flushed_at_s == [pytest.approx(0.5)]
    assert bounds_s(mouth.speech) == pytest.approx([0.1, 0.5])
    assert track.length == pytest.approx(0.5 * RATE_HZ, abs=1)


async def test_a_call_that_ends_while_speaking_is_an_error_and_ends_the_speech() -> None:
    clock, _, _, mouth = ready(ends_s=0.5)
    async with clock.running():
        with pytest.raises(CallEnded):
            await mouth.play(CLIP, VOICED)
    (span,) = mouth.speech
    assert span.end_s == pytest.approx(0.5, abs=0.03)


async def test_a_second_clip_waits_for_the_first() -> None:
    clock, _, _, mouth = ready()
    async with clock.running():
        first, second = await asyncio.gather(mouth.play(CLIP, []), mouth.play(CLIP, []))
    assert second.start_s == pytest.approx(first.end_s, abs=0.03)


async def test_a_stall_of_the_machine_moves_the_rest_of_the_clip() -> None:
    clock, leg, _, mouth = ready()
    stalled_until_s = 1.5
    now_s = clock.now_s

    # Between 0.5 s and 1.5 s nothing runs: the first wake-up after 0.5 s comes at 1.5 s.
    sleep = clock.sleep

    async def stalling_sleep(seconds: float) -> None:
        if 0.5 <= now_s() < stalled_until_s:
            seconds = stalled_until_s - now_s()
        await sleep(seconds)

    clock.sleep = stalling_sleep  # type: ignore[method-assign]
    async with clock.running():
        await mouth.play(CLIP, [Span(0.0, 0.4), Span(1.6, 2.0)])
    sent_end_s = leg.sent[-1][0] + len(leg.sent[-1][1]) / 2 / RATE_HZ
    assert sent_end_s > 2.5
    assert mouth.speech[0].start_s == pytest.approx(0.0)
    assert mouth.speech[1].end_s == pytest.approx(sent_end_s)
