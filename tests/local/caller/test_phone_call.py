import asyncio
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from local.caller.errors import CallEnded, NothingHeard, SpeechUnavailable
from local.caller.phone_call import PhoneCall
from local.caller.transcript import Heard, Line
from local.sound.pcm import Pcm
from tests.local.caller.fakes import (
    RATE_HZ,
    EchoSpeech,
    LoudnessDetector,
    TapeLeg,
    VirtualClock,
    tone,
)

pytestmark = pytest.mark.unit
# Times here pass through packets of 20 ms, reads every 10 ms and levels of 10 ms.
EXACT_S = 0.05


@asynccontextmanager
async def on_the_phone(
    sounds: Sequence[tuple[float, Pcm]] = (),
    *,
    words: Sequence[str] = (),
    ends_s: float = float("inf"),
    stalls: Sequence[tuple[float, float]] = (),
) -> AsyncIterator[tuple[PhoneCall, VirtualClock, TapeLeg, EchoSpeech]]:
    clock = VirtualClock()
    leg = TapeLeg(clock, sounds, ends_s=ends_s, stalls=stalls)
    speech = EchoSpeech(words)
    async with clock.running():
        call = PhoneCall(leg, clock, speech, answered_s=0.0, new_detector=LoudnessDetector)
        try:
            yield call, clock, leg, speech
        finally:
            await call.aclose()


async def test_utterances_are_heard_in_order_with_their_times() -> None:
    sounds = [(1.0, tone(0.5)), (3.0, tone(1.0))]
    async with on_the_phone(sounds, words=["hello", "who is it"]) as (call, *_):
        first, second = await call.hear(), await call.hear()
    assert (first.text, second.text) == ("hello", "who is it")
    assert first.start_s == pytest.approx(1.0, abs=EXACT_S)
    assert first.end_s == pytest.approx(1.5, abs=EXACT_S)
    assert second.start_s == pytest.approx(3.0, abs=EXACT_S)


async def test_sounds_without_words_are_passed_over_but_remain_speech() -> None:
    sounds = [(1.0, tone(0.5)), (3.0, tone(1.0))]
    async with on_the_phone(sounds, words=["", "hello"]) as (call, *_):
        heard = await call.hear()
        assert heard.text == "hello"
        assert len(call.far_speech) == 2
        assert [line.text for line in await call.transcript()] == ["hello"]


async def test_a_turn_is_everything_up_to_the_long_silence() -> None:
    sounds = [(1.0, tone(0.5)), (2.3, tone(0.5)), (6.0, tone(0.5))]
    async with on_the_phone(sounds, words=["one", "two", "three"]) as (call, *_):
        turn = await call.hear_turn()
        assert turn == Heard("one two", turn.start_s, turn.end_s)
        assert turn.end_s == pytest.approx(2.8, abs=EXACT_S)
        assert (await call.hear_turn()).text == "three"


async def test_hearing_gives_up_when_nobody_begins_to_speak() -> None:
    async with on_the_phone([(5.0, tone(1.0))]) as (call, clock, *_):
        with pytest.raises(NothingHeard):
            await call.hear(timeout_s=2.0)
        assert clock.now_s() == pytest.approx(2.0, abs=0.1)


async def test_an_utterance_that_has_begun_in_time_is_heard_out() -> None:
    async with on_the_phone([(1.0, tone(5.0))], words=["long"]) as (call, *_):
        assert (await call.hear(timeout_s=2.0)).text == "long"


async def test_hearing_ends_with_the_call() -> None:
    async with on_the_phone([(1.0, tone(0.5))], words=["bye"], ends_s=3.0) as (call, *_):
        assert (await call.hear()).text == "bye"
        with pytest.raises(CallEnded):
            await call.hear()


async def test_waiting_for_speech_tells_when_it_began() -> None:
    async with on_the_phone([(1.0, tone(2.0))]) as (call, clock, *_):
        assert await call.wait_for_speech() == pytest.approx(1.0, abs=EXACT_S)
        assert clock.now_s() < 1.3
        assert await call.wait_for_silence(0.5) == pytest.approx(3.0, abs=EXACT_S)
        assert clock.now_s() == pytest.approx(3.5, abs=0.1)


async def test_a_far_end_that_stops_sending_has_stopped_speaking() -> None:
    """Without packets there is no silence to hear either."""
    sounds = [(1.0, tone(10.0))]
    async with on_the_phone(sounds, words=["cut"], stalls=[(2.0, 60.0)]) as (call, clock, *_):
        heard = await call.hear()
        assert heard.end_s == pytest.approx(2.0, abs=EXACT_S)
        assert clock.now_s() < 3.0


async def test_late_reads_do_not_change_the_times() -> None:
    sounds = [(1.0, tone(1.0))]
    async with on_the_phone(sounds, stalls=[(0.9, 1.07), (1.9, 2.05)]) as (call, *_):
        heard = await call.hear()
    assert heard.start_s == pytest.approx(1.0, abs=EXACT_S)
    assert heard.end_s == pytest.approx(2.0, abs=EXACT_S)


async def test_saying_is_in_the_transcript_and_its_gap_is_measured() -> None:
    async with on_the_phone(words=["answer"]) as (call, clock, leg, _):
        told: list[Line] = []
        call.on_line(told.append)
        said = await call.say("hello")
        assert said.end_s - said.start_s == pytest.approx(1.0, abs=0.02)
        leg._sounds = [(said.end_s + 0.7, tone(0.5))]
        await call.hear()
        (gap,) = call.response_gaps
        assert gap.gap_s == pytest.approx(0.7, abs=EXACT_S)
        assert [(line.speaker, line.text) for line in told] == [
            ("caller", "hello"),
            ("far end", "answer"),
        ]
        assert call.lines == sorted(told, key=lambda line: line.start_s)
        assert clock.now_s() > gap.turn.end_s


async def test_interrupting_begins_while_the_far_end_talks() -> None:
    async with on_the_phone([(1.0, tone(5.0))]) as (call, *_):
        said = await call.interrupt("stop", after_s=1.5)
        assert said.start_s == pytest.approx(2.5, abs=EXACT_S)


async def test_the_far_end_hanging_up_is_told_from_our_own() -> None:
    async with on_the_phone(ends_s=3.0) as (call, *_):
        assert await call.wait_hung_up() == pytest.approx(3.0, abs=0.02)
        assert call.ended_by == "far end"
    async with on_the_phone() as (call, *_):
        await call.hang_up()
        await call.hang_up()
        assert call.ended_by == "caller"
        assert call.is_over


async def test_a_goodbye_with_silence_after_it_was_heard_to_the_end() -> None:
    async with on_the_phone([(1.0, tone(1.0))], ends_s=2.4) as (call, *_):
        await call.wait_hung_up()
        assert call.silence_before_hang_up_s == pytest.approx(0.4, abs=EXACT_S)
        assert call.heard_to_the_end


async def test_a_goodbye_that_the_hang_up_cuts_was_not_heard_to_the_end() -> None:
    async with on_the_phone([(1.0, tone(5.0))], ends_s=2.4) as (call, *_):
        assert not call.heard_to_the_end
        await call.wait_hung_up()
        assert call.silence_before_hang_up_s == pytest.approx(0.0, abs=EXACT_S)
        assert not call.heard_to_the_end


async def test_saying_into_a_call_that_ends_is_an_error_with_a_line() -> None:
    async with on_the_phone(ends_s=0.5) as (call, *_):
        with pytest.raises(CallEnded):
            await call.say("hello")
        (line,) = call.lines
        assert line.text == "hello"


async def test_keys_are_pressed_and_written_down() -> None:
    async with on_the_phone() as (call, _, leg, _):
        await call.press("12#")
        assert leg.keys == ["12#"]
        assert [line.text for line in call.lines] == ["[keys 12#]"]


async def test_what_cannot_be_understood_is_an_error_where_it_is_heard() -> None:
    async with on_the_phone([(1.0, tone(0.5))]) as (call, _, _, speech):
        speech.broken = True
        with pytest.raises(SpeechUnavailable):
            await call.hear()
        assert await call.transcript() == []


async def test_transcription_gets_the_utterance_and_a_margin_only() -> None:
    async with on_the_phone([(2.0, tone(1.0))]) as (call, _, _, speech):
        await call.hear()
        assert speech.heard_s == [pytest.approx(1.4, abs=EXACT_S)]


async def test_sound_is_played_at_the_calls_rate() -> None:
    async with on_the_phone() as (call, _, leg, _):
        span = await call.play(tone(1.0, rate_hz=44_100).tobytes(), 44_100)
        assert span.duration_s == pytest.approx(1.0, abs=0.001)
        sent = np.frombuffer(b"".join(pcm for _, pcm in leg.sent), dtype="<i2")
    peak_hz = int(np.abs(np.fft.rfft(sent)).argmax()) * RATE_HZ / len(sent)
    assert peak_hz == pytest.approx(440.0, abs=2.0)


async def test_both_sides_of_the_recording_are_where_they_were_heard(tmp_path: Path) -> None:
    async with on_the_phone([(1.0, tone(1.0))]) as (call, clock, *_):
        await call.hear()
        said = await call.say("hello")
        await clock.sleep(0.1)
        call.save(tmp_path / "call.wav")
    with wave.open(str(tmp_path / "call.wav")) as file:
        both = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    caller, far = (np.nonzero(np.abs(both[:, side]) > 500)[0] / RATE_HZ for side in (0, 1))
    assert caller[0] == pytest.approx(said.start_s, abs=0.01)
    assert far[0] == pytest.approx(1.0, abs=EXACT_S)
    assert far[-1] == pytest.approx(2.0, abs=EXACT_S)


async def test_nothing_is_left_running_after_the_end() -> None:
    before = asyncio.all_tasks()
    async with on_the_phone([(1.0, tone(0.5))]) as (call, *_):
        await call.wait_for_speech()
    assert asyncio.all_tasks() == before
