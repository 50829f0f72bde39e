"""Who has the word, and who gets it next."""

import asyncio
from typing import cast

import pytest

from agents.last_words import LastWords
from bot.records import EndReason
from bot.talk.floor.opening import Opening
from bot.talk.floor.state import State
from tests.bot.talk.fakes import Scene

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

BYE = LastWords("bye")


# --- whose turn it is -----------------------------------------------------------------------------


async def test_an_answer_is_owed_heard_and_over() -> None:
    floor = Scene().floor
    states = [floor.state]
    for event in (floor.answer_due, floor.voice_heard, floor.voice_done):
        event()
        states.append(floor.state)
    assert states == [State.LISTENING, State.OWING, State.SPEAKING, State.LISTENING]


async def test_a_second_answer_that_is_due_is_the_same_debt() -> None:
    floor = Scene().floor
    floor.answer_due()
    debt = await floor.debt()
    floor.answer_due()
    assert await floor.debt() is debt


async def test_nothing_is_owed_while_echo_speaks() -> None:
    floor = Scene().floor
    floor.voice_heard()
    floor.answer_due()
    assert floor.state is State.SPEAKING


async def test_a_caller_who_speaks_is_owed_nothing_until_they_stop() -> None:
    floor = Scene().floor
    floor.answer_due()
    debt = await floor.debt()
    floor.caller_begins()
    assert (floor.state, debt.is_open) == (State.LISTENING, False)


async def test_a_caller_who_speaks_over_echo_does_not_end_her_turn() -> None:
    floor = Scene().floor
    floor.voice_heard()
    floor.caller_begins()
    assert floor.state is State.SPEAKING


async def test_the_end_of_a_voice_that_nobody_heard_changes_nothing() -> None:
    floor = Scene().floor
    floor.answer_due()
    floor.voice_done()
    assert floor.state is State.OWING


async def test_who_is_held_stays_held_whatever_is_heard() -> None:
    floor = Scene().floor
    floor.hold()
    for event in (floor.answer_due, floor.voice_heard, floor.voice_done, floor.answer_failed):
        event()
        assert floor.state is State.HELD
    floor.release()
    assert floor.state is State.LISTENING


async def test_a_release_that_nobody_waits_for_changes_nothing() -> None:
    floor = Scene().floor
    floor.answer_due()
    floor.release()
    assert floor.state is State.OWING


async def test_turns_of_the_caller_are_counted() -> None:
    floor = Scene().floor
    for _ in range(3):
        floor.caller_begins()
        floor.caller_stops()
    assert floor.caller_turns == 3
    # Whoever takes the word without a voice, by a key, has a turn, too.
    assert await floor.give_way()
    assert floor.caller_turns == 4


# --- who may speak --------------------------------------------------------------------------------


async def test_a_question_is_asked_into_the_silence() -> None:
    scene = Scene()
    assert scene.floor.may_ask
    assert await scene.floor.ask("are you there")
    assert scene.lines == [(0.0, "say are you there"), (3.5, "said")]


async def test_what_is_said_and_answered_reaches_the_voice_word_for_word() -> None:
    scene = Scene()
    assert await scene.floor.open(None, "hello", interruptible=False)
    scene.floor.say("one moment")
    await scene.until(10)
    scene.floor.answer("the tower")
    await scene.until(20)
    said = [line for _, line in scene.lines if line != "said"]
    assert said == ["open hello", "utter one moment", "answer the tower"]


async def test_the_word_is_given_to_whoever_takes_it_without_a_voice() -> None:
    scene = Scene()
    assert await scene.floor.give_way()
    assert scene.lines == [], "who listens has nothing to stop"
    scene.floor.voice_heard()
    assert await scene.floor.give_way()
    assert scene.lines == [(0.0, "give way")]
    assert scene.floor.state is State.LISTENING


@pytest.mark.parametrize("happens", ["answer_due", "hold"])
async def test_the_word_is_not_given_where_an_answer_is_due_or_somebody_else_has_it(
    happens: str,
) -> None:
    scene = Scene()
    getattr(scene.floor, happens)()
    assert not await scene.floor.give_way()
    assert (scene.lines, scene.floor.caller_turns) == ([], 0)


@pytest.mark.parametrize("who", ["owing", "speaking", "held", "caller", "busy", "ending"])
async def test_no_question_is_asked_into_anybodys_words(who: str) -> None:
    scene = Scene()
    floor = scene.floor
    if who == "busy":
        floor.say("a word")
        await scene.until(0.1)
    elif who == "ending":
        await floor.last_words(EndReason.SILENCE, BYE)
    else:
        {
            "owing": floor.answer_due,
            "speaking": floor.voice_heard,
            "held": floor.hold,
            "caller": floor.caller_begins,
        }[who]()
    before = list(scene.lines)
    assert not floor.may_ask
    assert not await floor.ask("are you there")
    assert scene.lines == before


async def test_a_reply_is_asked_for_in_the_words_it_needs() -> None:
    scene = Scene()
    scene.floor.reply("begin")
    await scene.until(4)
    scene.floor.reply()
    await scene.until(5)
    assert scene.lines == [(0.0, "reply begin"), (3.5, "said"), (4.0, "reply")]


@pytest.mark.parametrize("state", [State.HELD, State.ENDING])
async def test_echo_says_nothing_of_her_own_while_somebody_else_has_the_word(state: State) -> None:
    scene = Scene()
    if state is State.HELD:
        scene.floor.hold()
    else:
        await scene.floor.last_words(EndReason.SILENCE, BYE)
    before = list(scene.lines)
    scene.floor.reply("go on")
    scene.floor.say("a word")
    assert not await scene.floor.open(None, "hello", interruptible=True)
    await scene.until(30)
    assert scene.lines == before


async def test_who_holds_the_word_is_told_something() -> None:
    scene = Scene()
    assert not await scene.floor.tell("it is Echo")
    scene.floor.hold()
    assert await scene.floor.tell("it is Echo")
    assert scene.timeline.what == ["insist it is Echo", "said"]


async def test_what_is_told_and_not_heard_is_known() -> None:
    scene = Scene()
    scene.voice.begin_s = None
    scene.floor.hold()
    assert not await scene.floor.tell("it is Echo")


# --- the first words ------------------------------------------------------------------------------


async def test_a_greeting_that_the_caller_interrupts_opens_the_conversation() -> None:
    scene = Scene()
    opening = asyncio.create_task(scene.floor.open(None, "hello", interruptible=True))
    await scene.until(1)
    await scene.voice.hush()
    assert await opening


@pytest.mark.parametrize("interruptible", [True, False])
async def test_the_first_words_are_the_prepared_ones_and_as_firm_as_they_were_meant(
    interruptible: bool,
) -> None:
    scene, prepared = Scene(), cast(Opening, object())
    assert await scene.floor.open(prepared, "hello", interruptible=interruptible)
    assert scene.voice.opened == [(prepared, interruptible)]


async def test_an_opening_that_a_machine_cuts_off_does_not() -> None:
    scene = Scene()
    opening = asyncio.create_task(scene.floor.open(None, "hello", interruptible=False))
    await scene.until(1)
    await scene.voice.hush()
    assert not await opening


async def test_an_opening_during_which_the_call_ends_does_not() -> None:
    scene = Scene()
    opening = asyncio.create_task(scene.floor.open(None, "hello", interruptible=True))
    await scene.until(1)
    await scene.floor.last_words(EndReason.WORKER_SHUTDOWN, BYE)
    assert not await opening


# --- the last words -------------------------------------------------------------------------------


async def test_last_words_silence_echo_and_end_the_call_when_they_are_said() -> None:
    scene = Scene()
    scene.floor.reply("tell")
    await scene.until(2)
    await scene.floor.last_words(EndReason.TIME_LIMIT, BYE, error="late")
    assert scene.lines == [
        (0.0, "reply tell"),
        (2.0, "hush"),
        (2.0, "insist bye"),
        (5.5, "said"),
    ]
    assert (scene.ending.reason, scene.ending.error) == (EndReason.TIME_LIMIT, "late")
    assert scene.floor.had_the_last_word


async def test_the_models_own_goodbye_needs_no_fixed_one() -> None:
    scene = Scene()
    await scene.floor.last_words(EndReason.STORY_FINISHED, LastWords("bye", "be kind"))
    assert scene.timeline.what == ["hush", "improvise be kind", "said"]


async def test_a_voice_that_never_begins_is_replaced_by_the_stored_goodbye() -> None:
    scene = Scene()
    scene.voice.begin_s = None
    await scene.floor.last_words(EndReason.STORY_FINISHED, LastWords("bye", "be kind"))
    assert scene.lines == [
        (0.0, "hush"),
        (0.0, "improvise be kind"),
        (4.0, "insist bye"),
        (8.0, "clip goodbye"),
    ]
    assert scene.ending.reason is EndReason.STORY_FINISHED
    assert scene.floor.had_the_last_word


async def test_last_words_wait_for_what_is_being_said() -> None:
    scene = Scene()
    await scene.floor.last_words(EndReason.STORY_FINISHED, BYE, after=lambda: asyncio.sleep(7))
    assert scene.lines == [(7.0, "insist bye"), (10.5, "said")]


async def test_words_that_never_end_are_cut_off_for_the_goodbye() -> None:
    scene = Scene()
    await scene.floor.last_words(EndReason.STORY_FINISHED, BYE, after=lambda: asyncio.sleep(3600))
    assert scene.lines == [(30.0, "hush"), (30.0, "insist bye"), (33.5, "said")]


async def test_of_two_ends_in_the_same_instant_the_first_is_heard_and_written() -> None:
    scene = Scene()
    await asyncio.gather(
        scene.floor.last_words(EndReason.TIME_LIMIT, LastWords("time is over")),
        scene.floor.last_words(EndReason.STORY_FINISHED, LastWords("the end")),
    )
    assert scene.timeline.what == ["hush", "insist time is over", "said"]
    assert scene.ending.reason is EndReason.TIME_LIMIT


async def test_why_a_call_ends_is_known_while_its_last_words_are_said() -> None:
    scene = Scene()
    known = [scene.floor.ends_because]
    goodbye = asyncio.create_task(scene.floor.last_words(EndReason.SILENCE, BYE))
    await scene.until(1)
    known.append(scene.floor.ends_because)
    assert (known, scene.ending.reason) == ([None, EndReason.SILENCE], None)
    await goodbye


async def test_a_goodbye_under_way_is_not_cut_by_another_one() -> None:
    scene = Scene()
    goodbye = asyncio.create_task(scene.floor.last_words(EndReason.STORY_FINISHED, BYE))
    await scene.until(2)
    await scene.floor.last_words(EndReason.PROVIDER_FAILURE)
    await goodbye
    assert scene.lines == [(0.0, "hush"), (0.0, "insist bye"), (3.5, "said")]
    assert scene.ending.reason is EndReason.STORY_FINISHED


async def test_a_caller_who_has_gone_hears_no_last_words() -> None:
    scene = Scene()
    scene.ending.set(EndReason.CALLER_HUNG_UP)
    await scene.floor.last_words(EndReason.TIME_LIMIT, BYE)
    assert scene.lines == []
    assert scene.ending.reason is EndReason.CALLER_HUNG_UP
    assert not scene.floor.had_the_last_word


async def test_a_caller_who_leaves_during_the_goodbye_is_not_said_another_one() -> None:
    scene = Scene()
    scene.voice.begin_s = None
    goodbye = asyncio.create_task(
        scene.floor.last_words(EndReason.STORY_FINISHED, LastWords("bye", "be kind"))
    )
    await scene.until(1)
    scene.ending.set(EndReason.CALLER_HUNG_UP)
    await goodbye
    assert scene.timeline.what == ["hush", "improvise be kind"]
    assert not scene.floor.had_the_last_word


async def test_last_words_that_are_broken_off_still_end_the_call() -> None:
    scene = Scene()
    goodbye = asyncio.create_task(scene.floor.last_words(EndReason.STORY_FINISHED, BYE))
    await scene.until(1)
    goodbye.cancel()
    with pytest.raises(asyncio.CancelledError):
        await goodbye
    assert scene.ending.reason is EndReason.STORY_FINISHED


async def test_last_words_are_said_to_a_machine_that_has_the_word() -> None:
    scene = Scene()
    scene.floor.hold()
    await scene.floor.last_words(EndReason.VOICEMAIL, BYE)
    assert scene.timeline.what == ["hush", "insist bye", "said"]
    scene.floor.hold()
    scene.floor.release()
    assert scene.floor.state is State.ENDING


# --- silence --------------------------------------------------------------------------------------


async def test_quiet_is_counted_from_the_last_word_of_anybody() -> None:
    scene = Scene()
    quiet = asyncio.create_task(scene.floor.quiet_for(8))
    await scene.until(5)
    scene.floor.caller_begins()
    await scene.until(6)
    scene.floor.caller_stops()
    await scene.until(13.9)
    assert not quiet.done()
    await scene.until(14.1)
    assert quiet.done()


async def test_silence_in_which_an_answer_is_owed_is_not_quiet() -> None:
    scene = Scene()
    scene.floor.answer_due()
    quiet = asyncio.create_task(scene.floor.quiet_for(8))
    await scene.until(100)
    assert not quiet.done()
    scene.floor.voice_heard()
    scene.floor.voice_done()
    await scene.until(108.1)
    assert quiet.done()
