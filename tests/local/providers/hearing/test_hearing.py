"""When the words of a script come, in seconds of sound: nothing here waits for a clock."""

import pytest

from local.providers.engine_kinds import NoEars
from local.providers.hearing.detector import DetectorOptions
from local.providers.hearing.hearing import Hearing, HearingEvent, UtteranceEnded, UtteranceGrew
from local.providers.script import Interim, SttTurn
from local.sound.cutter import WINDOW_S
from local.sound.pcm import duration_s, pieces
from tests.local.providers.sound import speech

pytestmark = pytest.mark.unit

RATE_HZ = 16_000
FIRST_SOUND_S = 0.53
# Of "hello", which has a pause of 0.3 s in it. Read off the recording.
LAST_SOUND_S = 2.07


async def events_of(turn: SttTurn) -> list[tuple[float, HearingEvent]]:
    """What "hello" is heard as, each with how much sound had come."""
    turns = [turn]
    hearing = Hearing(NoEars(), RATE_HZ, DetectorOptions(), lambda: turns.pop() if turns else None)
    heard = b""
    events: list[tuple[float, HearingEvent]] = []
    for piece in pieces(speech("hello", RATE_HZ), 0.01, RATE_HZ):
        heard += piece
        events += [(duration_s(heard, RATE_HZ), event) for event in hearing.push(piece)]
    await hearing.close()
    return events


def ends(events: list[tuple[float, HearingEvent]]) -> list[float]:
    return [at_s for at_s, event in events if isinstance(event, UtteranceEnded)]


async def test_an_utterance_ends_after_the_usual_silence() -> None:
    events = await events_of(SttTurn("Hello."))
    assert ends(events) == [pytest.approx(LAST_SOUND_S + 0.3 + 0.1, abs=0.05)]


@pytest.mark.parametrize("final_after_s", [0.1, 0.2])
async def test_the_end_comes_as_soon_as_the_script_says(final_after_s: float) -> None:
    events = await events_of(SttTurn("Hello.", speech_s=1.54, final_after_s=final_after_s))
    assert ends(events) == [pytest.approx(LAST_SOUND_S + final_after_s, abs=2 * WINDOW_S)]


async def test_a_pause_ends_an_utterance_of_which_no_length_is_known() -> None:
    events = await events_of(SttTurn("Hello.", final_after_s=0.1))
    assert len(ends(events)) == 2


async def test_the_silence_is_as_usual_again_after_a_scripted_end() -> None:
    first, second = ends(await events_of(SttTurn("Hello.", final_after_s=0.1)))
    assert second == pytest.approx(LAST_SOUND_S + 0.3 + 0.1, abs=0.05)
    assert first < second


async def test_the_words_so_far_come_in_time() -> None:
    turn = SttTurn("one two three four", interim_every_s=0.5, speech_s=1.6)
    grown = {
        event.text: at_s - FIRST_SOUND_S
        for at_s, event in await events_of(turn)
        if isinstance(event, UtteranceGrew)
    }
    expected = {"one": 0.5, "one two": 1.0, "one two three": 1.5}
    assert grown == pytest.approx(expected, abs=2 * WINDOW_S)


async def test_interims_that_come_after_the_end_are_left_out() -> None:
    turn = SttTurn("Hello.", interims=(Interim("late", 5.0), Interim("in time", 0.1)))
    events = await events_of(turn)
    assert [e.text for _, e in events if isinstance(e, UtteranceGrew)] == ["in time"]


@pytest.mark.parametrize(
    ("turn", "interims"),
    [
        (SttTurn(""), {}),
        (SttTurn("", interim_every_s=0.3), {}),
        (SttTurn("one two", interim_every_s=1.0), {"one two": 1.0}),
        (SttTurn("one two", interim_every_s=0.2), {"one": 0.4, "one two": 0.6}),
    ],
)
def test_interims_of_a_turn(turn: SttTurn, interims: dict[str, float]) -> None:
    assert {i.text: i.after_s for i in turn.spoken()} == pytest.approx(interims)
