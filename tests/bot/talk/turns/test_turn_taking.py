"""One call's turns, in virtual time: what the session learns, and when a turn is over."""

import asyncio
from unittest.mock import Mock

import pytest
from livekit.agents.llm import RealtimeModel

from bot.talk.turns.end_of_turn import PLAIN_S, TRAILING_S, WHOLE_S
from bot.talk.turns.interruption import RESUME_AFTER_S, RESUME_AFTER_WORDS_S
from tests.bot.talk.turns.fake_call import DETECTOR_S, FakeCall

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

NAME = "May I ask your name?"
OPEN = "What do you do?"
# Virtual time passes in small steps.
SLACK_S = 0.02


def near(time_s: float) -> object:
    return pytest.approx(time_s, abs=SLACK_S)


async def test_a_whole_answer_ends_the_turn_at_once() -> None:
    async with FakeCall() as call:
        await call.echo_says(NAME)
        call.caller_begins()
        await call.hear("Peter.")
        await call.caller_stops()
        assert await call.end_of_turn_s() == near(WHOLE_S)


async def test_a_caller_who_trails_off_is_waited_for() -> None:
    async with FakeCall() as call:
        await call.echo_says(NAME)
        call.caller_begins()
        await call.hear("My name is")
        await call.caller_stops()
        assert await call.end_of_turn_s() == near(TRAILING_S)


async def test_words_that_come_while_it_is_waited_end_the_wait() -> None:
    async with FakeCall() as call:
        await call.echo_says(NAME)
        call.caller_begins()
        await call.hear("My name is")
        await call.caller_stops()
        ending = asyncio.create_task(call.end_of_turn_s())
        await asyncio.sleep(0.3)
        await call.hear("Peter.")
        assert await ending == near(DETECTOR_S + 0.3)


async def test_words_that_are_not_final_are_asked_for_and_waited_for() -> None:
    async with FakeCall() as call:
        await call.echo_says(OPEN)
        call.caller_begins()
        await call.hear("I run")
        await call.hear("away", final=False)
        await call.caller_stops()
        ending = asyncio.create_task(call.end_of_turn_s())
        await asyncio.sleep(PLAIN_S)
        assert call.stt.flushes == 1
        assert not ending.done()
        await call.hear("away")
        assert (await ending) >= PLAIN_S


async def test_the_final_words_of_a_whole_answer_are_asked_for_at_once() -> None:
    async with FakeCall() as call:
        await call.echo_says(NAME)
        call.caller_begins()
        await call.hear("Peter", final=False)
        await call.caller_stops()
        await asyncio.sleep(0.001)
        assert call.stt.flushes == 1


async def test_an_answer_is_prepared_for_interim_words_that_are_whole() -> None:
    async with FakeCall() as call:
        await call.echo_says(NAME)
        call.caller_begins()
        await call.hear("my name is", final=False)
        await call.hear("my name is Peter", final=False)
        await call.hear("My name is Peter.", final=False)
        await call.hear("My name is Peter.")
        assert call.prepared == ["my name is Peter"]
        assert call.finals == ["my name is Peter"]  # written as what was prepared


async def test_a_habit_of_pausing_is_learnt() -> None:
    async with FakeCall() as call:
        for _ in range(3):
            await call.echo_says(OPEN)
            call.caller_begins()
            await call.hear("I go")
            await call.caller_stops()
            await asyncio.sleep(0.9)
            call.caller_begins()
            await call.hear("home")
            await call.caller_stops()
        assert await call.end_of_turn_s() == near(1.25)


async def test_the_silence_in_which_echo_spoke_is_no_pause_of_the_caller() -> None:
    async with FakeCall() as call:
        for _ in range(3):
            call.caller_begins()
            await call.hear("I go home")
            await call.caller_stops()
            await asyncio.sleep(0.85)
            await call.echo_says(OPEN)
        call.caller_begins()
        await call.hear("I go")
        await call.caller_stops()
        assert await call.end_of_turn_s() == near(PLAIN_S)


async def test_a_backchannel_over_echo_is_kept_from_the_session() -> None:
    async with FakeCall() as call:
        call.echo_begins()
        call.caller_begins()
        await call.hear("mm", final=False)
        await call.hear("Mm-hm.")
        assert call.told == []


async def test_echo_goes_on_as_soon_as_a_listeners_voice_is_over() -> None:
    async with FakeCall() as call:
        call.echo_begins()
        call.caller_begins()
        await call.hear("Mm-hm.", final=False)
        await call.caller_stops()
        assert call.goes_on_after_s == [RESUME_AFTER_WORDS_S]


async def test_echo_goes_on_when_a_listeners_words_come_after_the_voice() -> None:
    async with FakeCall() as call:
        call.echo_begins()
        call.caller_begins()
        await call.caller_stops()
        await call.hear("Mm-hm.", final=False)
        assert call.goes_on_after_s == [RESUME_AFTER_S, RESUME_AFTER_WORDS_S]


async def test_the_next_voice_is_not_taken_for_the_same_listener() -> None:
    async with FakeCall() as call:
        call.echo_begins()
        call.caller_begins()
        await call.hear("Mm-hm.")
        await call.caller_stops()
        call.caller_begins()
        await call.caller_stops()
        assert call.goes_on_after_s == [RESUME_AFTER_WORDS_S, RESUME_AFTER_S]


async def test_a_listener_who_goes_on_with_words_of_their_own_is_none() -> None:
    async with FakeCall() as call:
        speech = call.echo_begins()
        await asyncio.sleep(1.0)
        call.caller_begins()
        await call.hear("Mm-hm.", final=False)
        await call.hear("Mm-hm, but what is it?", final=False)
        await call.caller_stops()
        assert speech.interrupted
        assert call.goes_on_after_s == [RESUME_AFTER_S]


async def test_words_over_echo_interrupt_her_before_they_are_final() -> None:
    async with FakeCall() as call:
        speech = call.echo_begins()
        await asyncio.sleep(1.0)
        call.caller_begins()
        await call.hear("stop please", final=False)
        assert speech.interrupted


async def test_words_over_echo_that_may_not_be_interrupted_wait() -> None:
    async with FakeCall() as call:
        speech = call.echo_begins()
        speech.allow_interruptions = False
        await asyncio.sleep(1.0)
        call.caller_begins()
        await call.hear("stop please", final=False)
        assert not speech.interrupted


async def test_a_yeah_into_the_end_of_her_question_was_the_answer() -> None:
    async with FakeCall() as call:
        speech = call.echo_begins()
        call.caller_begins()
        await call.hear("Yeah.")
        await call.caller_stops()
        assert call.finals == []
        await call.echo_ends(speech, "Would you like to hear one more story?")
        assert call.finals == ["Yeah."]


async def test_a_yeah_long_before_the_end_of_her_sentence_was_no_answer() -> None:
    async with FakeCall() as call:
        speech = call.echo_begins()
        await call.hear("Yeah.")
        await asyncio.sleep(3.0)
        await call.echo_ends(speech, "Would you like to hear one more story?")
        assert call.finals == []


async def test_another_language_is_judged_by_silence() -> None:
    async with FakeCall() as call:
        await call.echo_says(NAME)
        call.caller_begins()
        await call.hear("Peter", language="de")
        await call.caller_stops()
        assert await call.end_of_turn_s() == near(PLAIN_S)


async def test_a_model_that_hears_by_itself_does_not_wait_for_words() -> None:
    async with FakeCall() as call:
        call.session.current_agent.llm = Mock(spec=RealtimeModel)
        await call.echo_says(OPEN)
        call.caller_begins()
        await call.caller_stops()
        await asyncio.sleep(PLAIN_S - DETECTOR_S + SLACK_S)
        assert call.finals == ["…"]
        await call.hear("I open the door.")
        assert call.finals == ["…"]  # the turn was ended without these words


async def test_a_model_that_hears_by_itself_answers_words_when_they_come() -> None:
    async with FakeCall() as call:
        call.session.current_agent.llm = Mock(spec=RealtimeModel)
        await call.echo_says(OPEN)
        call.caller_begins()
        await call.caller_stops()
        await call.hear("I open the door.")
        await asyncio.sleep(2.0)
        assert call.finals == ["I open the door."]


async def test_a_model_that_hears_by_itself_is_told_once_when_the_words_are_there_already() -> None:
    async with FakeCall() as call:
        call.session.current_agent.llm = Mock(spec=RealtimeModel)
        await call.echo_says(OPEN)
        call.caller_begins()
        await call.hear("I open the door.")
        await call.caller_stops()
        await call.end_of_turn_s()
        await asyncio.sleep(2.0)
        assert call.finals == ["I open the door."]


async def test_late_words_of_a_turn_that_was_ended_do_not_interrupt_the_answer() -> None:
    async with FakeCall() as call:
        call.session.current_agent.llm = Mock(spec=RealtimeModel)
        await call.echo_says(OPEN)
        call.caller_begins()
        await call.caller_stops()
        await asyncio.sleep(PLAIN_S)
        answer = call.echo_begins()
        late: list[str] = []
        call.turns.on_late_words = late.append
        await call.hear("I open the door.", final=False)
        await call.hear("I open the door.")
        assert not answer.interrupted
        assert call.finals == ["…"]
        assert late == ["I open the door."]  # for whoever must hear them in any case


async def test_a_long_voice_over_a_model_that_hears_by_itself_is_the_caller() -> None:
    async with FakeCall() as call:
        call.session.current_agent.llm = Mock(spec=RealtimeModel)
        speech = call.echo_begins()
        call.caller_begins()
        await asyncio.sleep(1.2)
        await call.caller_stops()
        assert speech.interrupted
        await asyncio.sleep(PLAIN_S)
        assert call.finals == ["…"]


async def test_a_hum_over_a_model_that_hears_by_itself_is_nothing() -> None:
    async with FakeCall() as call:
        call.session.current_agent.llm = Mock(spec=RealtimeModel)
        speech = call.echo_begins()
        call.caller_begins()
        await asyncio.sleep(0.35)
        await call.caller_stops()
        await asyncio.sleep(2.0)
        assert not speech.interrupted
        assert call.finals == []
        assert call.turns.last_voice_was_over_echo


async def test_words_that_nobody_reads_are_not_paid_for() -> None:
    async with FakeCall(transcribe_realtime=False) as call:
        assert call.turns.needs_words
        call.session.current_agent.llm = Mock(spec=RealtimeModel)
        assert not call.turns.needs_words
