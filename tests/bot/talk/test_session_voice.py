"""Echo's voice: limits of what is said, and a session that refuses to speak."""

import asyncio

import pytest

from agents.conversation import Conversation
from agents.story import StoryData
from agents.storyteller import StoryAgent
from bot.talk.session_voice import SessionVoice
from tests.agents.fake_line import FakeLine
from tests.bot.talk.fake_session import FakeHandle, FakeSession

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def test_words_that_are_heard_to_their_end_were_heard() -> None:
    session = FakeSession()
    insisting = asyncio.create_task(SessionVoice(session.as_session).insist("bye"))
    await asyncio.sleep(3.9)
    session.agent_becomes("speaking")
    await asyncio.sleep(14.9)
    assert not insisting.done()
    session.handles[0].finish()
    assert await insisting
    assert session.handles[0].text == "bye"
    assert session.handles[0].options == {"allow_interruptions": False}
    assert not session.handles[0].interrupted


async def test_a_voice_that_never_begins_is_given_up_after_four_seconds() -> None:
    session = FakeSession()
    began_s = now_s()
    assert not await SessionVoice(session.as_session).insist("bye")
    assert now_s() - began_s == pytest.approx(4)
    assert session.handles[0].interrupted


async def test_a_voice_that_never_ends_is_cut_off_after_fifteen_seconds() -> None:
    session = FakeSession()
    insisting = asyncio.create_task(SessionVoice(session.as_session).insist("bye"))
    await asyncio.sleep(1)
    session.agent_becomes("speaking")
    began_s = now_s()
    assert await insisting
    assert now_s() - began_s == pytest.approx(15)
    assert session.handles[0].interrupted


async def test_a_model_that_fails_at_once_was_not_heard() -> None:
    session = FakeSession()
    improvising = asyncio.create_task(SessionVoice(session.as_session).improvise("be kind"))
    await asyncio.sleep(1)
    session.handles[0].finish(ValueError())
    assert not await improvising
    assert session.handles[0].options == {
        "instructions": "be kind",
        "tool_choice": "none",
        "allow_interruptions": False,
    }


async def test_nothing_of_waiting_for_the_voice_is_left_behind() -> None:
    session = FakeSession()
    await SessionVoice(session.as_session).insist("bye")
    assert session.listeners("agent_state_changed") == 0


async def test_a_session_that_refuses_to_speak_is_silence_and_no_error() -> None:
    session = FakeSession(refuses=True)
    voice = SessionVoice(session.as_session)
    assert not await voice.insist("bye")
    assert not await voice.improvise("be kind")
    assert not await voice.open(None, "hello", interruptible=True)
    await voice.say("are you there")
    voice.utter("a word")
    voice.reply()
    voice.reply("go on")
    await voice.hush()
    assert session.handles == []


async def test_the_opening_tells_whether_it_was_interrupted() -> None:
    for cut in (False, True):
        session = FakeSession()
        voice = SessionVoice(session.as_session)
        opening = asyncio.create_task(voice.open(None, "hello", interruptible=False))
        await asyncio.sleep(1)
        if cut:
            session.handles[0].interrupt(force=True)
        else:
            session.handles[0].finish()
        assert await opening is not cut


async def test_an_interruption_that_hangs_is_not_waited_for() -> None:
    session = FakeSession(hangs=True)
    began_s = now_s()
    await SessionVoice(session.as_session).hush()
    assert session.hushed == 1
    assert now_s() - began_s == pytest.approx(2)


@pytest.mark.parametrize(("state", "is_idle"), [("listening", True), ("thinking", False)])
async def test_a_session_that_only_listens_is_idle(state: str, is_idle: bool) -> None:
    assert SessionVoice(FakeSession(agent_state=state).as_session).is_idle is is_idle


async def test_an_answer_is_asked_for_again_in_the_same_way() -> None:
    session = FakeSession(userdata=Conversation(FakeLine()))
    SessionVoice(session.as_session).reply_again()
    assert [handle.options for handle in session.handles] == [{}]


async def test_a_realtime_storyteller_who_did_not_answer_is_replaced() -> None:
    realtime: object = object()
    conversation = Conversation(FakeLine(), realtime=realtime)  # type: ignore[arg-type]  # opaque
    teller = StoryAgent(StoryData("Maria", "Lisbon"))
    session = FakeSession(userdata=conversation, current_agent=teller)
    SessionVoice(session.as_session).reply_again()
    assert session.current_agent is not teller
    assert isinstance(session.current_agent, StoryAgent)
    assert session.current_agent.story == teller.story
    assert conversation.realtime is None
    assert session.handles == []  # the new one speaks by itself, and only once
    SessionVoice(session.as_session).reply_again()
    assert len(session.handles) == 1


async def test_a_caller_s_words_are_answered_without_having_been_said() -> None:
    session = FakeSession()
    SessionVoice(session.as_session).answer("The first one.")
    assert [handle.options for handle in session.handles] == [{"user_input": "The first one."}]


async def test_echo_gives_way_at_once_where_she_may_be_interrupted() -> None:
    session = FakeSession()
    session.current_speech = FakeHandle("a story", {})
    await SessionVoice(session.as_session).give_way()
    assert session.current_speech.interrupted
    assert session.gave_way == 1  # the session knows of it, and with it a realtime model


async def test_what_nobody_may_interrupt_is_said_to_its_end_first() -> None:
    session = FakeSession()
    speech = session.current_speech = FakeHandle("hello", {"allow_interruptions": False})
    giving_way = asyncio.create_task(SessionVoice(session.as_session).give_way())
    await asyncio.sleep(3)
    assert not giving_way.done()
    speech.finish()
    await giving_way
    assert not speech.interrupted


async def test_nothing_has_to_give_way_to_a_caller_while_nobody_speaks() -> None:
    session = FakeSession()
    await SessionVoice(session.as_session).give_way()
    assert session.hushed == 0


async def test_first_words_are_heard_when_a_voice_was_and_nobody_cut_it() -> None:
    for is_heard, is_cut, error, was_opened in (
        (True, False, None, True),
        (False, False, None, False),  # the voice failed: LiveKit ends such a speech as if said
        (True, True, None, False),
        (True, False, ValueError(), False),
    ):
        session = FakeSession()
        voice = SessionVoice(session.as_session)
        opening = asyncio.create_task(voice.open(None, "hello", interruptible=False))
        await asyncio.sleep(1)
        if is_heard:
            session.agent_becomes("speaking")
        if is_cut:
            session.handles[0].interrupt(force=True)
        session.handles[0].finish(error)
        await opening
        assert voice.was_opened is was_opened


async def test_a_guess_is_dropped_at_once_and_a_session_that_closes_has_none() -> None:
    session = FakeSession(refuses=True)
    voice = SessionVoice(session.as_session)
    voice.drop_guess()
    assert session.hushed == 0
    session.refuses = False
    voice.drop_guess()
    assert session.hushed == 1
