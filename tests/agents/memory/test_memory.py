"""A caller who comes back, is somebody else, says yes at the end, wants to be forgotten."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from livekit.agents import ModelSettings
from livekit.agents.llm import ChatContext

from agents.conversation import WHO
from agents.intro import IntroAgent
from agents.last_words import LastWords
from agents.memory.farewell import FarewellAgent
from agents.memory.keeping import Forgot
from agents.memory.known import Known, Past
from agents.prompts import load_prompt
from agents.resumed import BrokenStory
from agents.returning import ReturningAgent
from agents.stories import load_premises
from agents.story import NEUTRAL_LOCATION, StoryData
from agents.storyteller import StoryAgent
from tests.agents.memory.fake_memory import FakeMemory
from tests.agents.scripted_llm import Answer
from tests.agents.test_conversation import BEGIN, FINISHED, Talk, gathered, talk

pytestmark = pytest.mark.unit

MARIA = StoryData("Maria", "Lisbon")
LIGHTHOUSE = next(each for each in load_premises() if each.id == "lighthouse")
ALL_BUT_ONE = tuple(each.id for each in load_premises()[1:])
LEFT = load_premises()[0].id
KNOWN = Known("Maria", "Lisbon", (LIGHTHOUSE.told,))
CERTAIN = Past((KNOWN,), ALL_BUT_ONE, may_be_told=True)
FORGED = Past((KNOWN,), ALL_BUT_ONE)
HELLO = load_prompt("hello", who=WHO)
THE_END = Answer("The boat is home, and that was the end. Did you like it?")


def wish(name: str = "") -> Answer:
    return Answer(calls=(("forget_me", {"name": name} if name else {}),))


def teller(call: Talk) -> StoryAgent:
    agent = call.session.current_agent
    assert isinstance(agent, StoryAgent)
    return agent


def instructions(call: Talk) -> str:
    return str(call.session.current_agent.instructions)


async def goodbye(call: Talk) -> str:
    async with asyncio.timeout(5):
        await call.line.let_go.wait()
    [words] = call.line.goodbyes
    return words.text


# --- the next call --------------------------------------------------------------------------------


async def test_a_call_of_somebody_known_opens_with_what_is_known() -> None:
    async with talk(past=CERTAIN) as call:
        [greeting] = call.said
        assert greeting == f"{HELLO} {KNOWN.question}"
        assert "Maria in Lisbon" in greeting and LIGHTHOUSE.told in greeting


async def test_so_does_one_that_is_recorded() -> None:
    async with talk(past=CERTAIN, is_recorded=True) as call:
        assert call.said == [f"{HELLO} {load_prompt('notice')}", KNOWN.question]


async def test_the_same_person_hears_a_new_story_that_may_recall_the_old() -> None:
    memory = FakeMemory()
    async with talk(gathered("Maria", "Lisbon"), BEGIN, past=CERTAIN, memory=memory) as call:
        await call.say("Yes, it is me.")
        assert teller(call).premise.id == LEFT
        assert LIGHTHOUSE.told in instructions(call)
        assert memory.kept == [(MARIA, LEFT, False)], "begun is told, whatever comes"
        assert KNOWN.welcome not in call.said, "they were greeted as Maria"


@pytest.mark.parametrize(("past", "place"), [(CERTAIN, "Lisbon"), (FORGED, NEUTRAL_LOCATION)])
async def test_a_place_that_is_not_told_again_is_the_known_one_where_the_number_is_certain(
    past: Past, place: str
) -> None:
    async with talk(gathered("Maria", ""), BEGIN, past=past) as call:
        await call.say("It is Maria.")
        assert teller(call).story == StoryData("Maria", place)


async def test_somebody_else_gets_a_new_story_and_learns_nothing_of_the_first() -> None:
    memory = FakeMemory()
    answers = (gathered("Peter", "Porto"), BEGIN)
    async with talk(*answers, past=CERTAIN, memory=memory) as call:
        await call.say("I am not Maria, I am her brother Peter, in Porto.")
        assert teller(call).premise.id == LEFT
        assert LIGHTHOUSE.told not in instructions(call)
        assert memory.kept == []


async def test_a_brother_who_is_remembered_too_is_welcomed_as_himself() -> None:
    past = Past((KNOWN, Known("Peter")), may_be_told=True)
    async with talk(gathered("Peter", "Porto"), BEGIN, past=past) as call:
        await call.say("No, this is Peter, in Porto.")
        assert load_prompt("welcome", name="Peter") in call.said


async def test_where_the_number_may_be_forged_the_name_comes_first() -> None:
    async with talk(gathered("Maria", "Porto"), BEGIN, past=FORGED) as call:
        assert call.said == [load_prompt("greeting", who=WHO)]
        assert "Lisbon" not in instructions(call)
        await call.say("I am Maria, in Porto.")
        assert call.said[1:] == [KNOWN.welcome, BEGIN.text]
        assert teller(call).premise.id == LEFT


async def test_a_forger_who_says_another_name_is_a_stranger() -> None:
    async with talk(gathered("Eve", ""), BEGIN, past=FORGED) as call:
        await call.say("Eve.")
        assert call.session.userdata.person is None
        assert LIGHTHOUSE.told not in instructions(call)
        assert not [each for each in call.said if "Maria" in each and each != BEGIN.text]


async def test_a_caller_who_tells_no_name_is_nobody_known() -> None:
    past = Past((Known("Friend"),), may_be_told=False)
    async with talk(gathered("", "Lisbon"), BEGIN, past=past) as call:
        await call.say("I will not say.")
        assert call.session.userdata.person is None


# --- the question at the end ----------------------------------------------------------------------


@asynccontextmanager
async def at_the_end(
    said: str = "No, thank you. That was lovely.",
    memory: FakeMemory | None = None,
    story: StoryData = MARIA,
    last: Answer = BEGIN,
) -> AsyncIterator[Talk]:
    agent = StoryAgent(story, LIGHTHOUSE)
    async with talk(last, FINISHED, agent=agent, memory=memory or FakeMemory()) as call:
        call.session.userdata.meet(story)
        call.call_out(said)
        await call.until(
            lambda: bool(call.line.goodbyes) or call.said[-1] == load_prompt("ask_to_remember")
        )
        yield call
        call.line.hung_up.set()


@pytest.mark.parametrize(
    ("answer", "is_kept", "ends"),
    [
        ("Yes, please.", True, "goodbye_remembered"),
        ("No, thank you.", False, "goodbye_spoken"),
        ("What do you mean?", False, "goodbye_spoken"),
    ],
)
async def test_a_caller_is_asked_once_and_only_a_yes_is_kept(
    answer: str, is_kept: bool, ends: str
) -> None:
    memory = FakeMemory()
    async with at_the_end(memory=memory) as call:
        assert isinstance(call.session.current_agent, FarewellAgent)
        call.call_out(answer)
        assert await goodbye(call) == load_prompt(ends, name="Maria")
        assert memory.kept == [(MARIA, "lighthouse", False)] * is_kept, "it was stopped"
        assert call.said.count(load_prompt("ask_to_remember")) == 1
        assert len(call.llm.asked) == 2, "no model judges a yes"


async def test_silence_is_a_no() -> None:
    memory = FakeMemory()
    async with at_the_end(memory=memory) as call:
        call.line.hung_up.set()
        assert await goodbye(call) == load_prompt("goodbye_spoken", name="Maria")
        assert memory.kept == []


@pytest.mark.parametrize(
    ("before", "is_kept"),
    [
        ("Shall I go on with the story?", False),
        ("Before you go:", False),
        ("Before you go: may I remember your name, your", True),
    ],
)
async def test_a_yes_to_another_question_is_none(before: str, is_kept: bool) -> None:
    memory = FakeMemory()
    async with at_the_end(memory=memory) as call:
        agent = call.session.current_agent
        assert isinstance(agent, FarewellAgent)
        heard = ChatContext.empty()
        heard.add_message(role="assistant", content=before)
        heard.add_message(role="user", content="Yes, please.")
        question = load_prompt("ask_to_remember")
        said = [piece async for piece in agent.llm_node(heard, [], ModelSettings())]
        assert said == ([] if is_kept else [question])
        assert not [piece async for piece in agent.llm_node(heard, [], ModelSettings())]
        await goodbye(call)
        assert bool(memory.kept) == is_kept


async def test_forget_me_is_an_answer_too() -> None:
    memory = FakeMemory()
    async with at_the_end(memory=memory) as call:
        call.call_out("No, forget me.")
        told, bye = load_prompt("forgotten"), load_prompt("goodbye_spoken", name="Maria")
        assert await goodbye(call) == f"{told} {bye}"
        assert memory.forgotten == ["Maria"]


async def test_whoever_was_named_by_echo_has_told_no_name() -> None:
    memory = FakeMemory(becomes=Forgot.NAME_NEEDED)
    async with at_the_end(memory=memory) as call:
        call.session.userdata.has_told_name = False
        call.call_out("Forget me.")
        await goodbye(call)
        assert memory.forgotten == ["", ""], "they are going, and are not asked for it"


async def test_a_memory_that_fails_promises_nothing() -> None:
    async with at_the_end(memory=FakeMemory(can_keep=False)) as call:
        call.call_out("Yes.")
        assert await goodbye(call) == load_prompt("goodbye_spoken", name="Maria")


@pytest.mark.parametrize("said", ["Goodbye, Echo.", "Stop, please.", "I have to go."])
async def test_whoever_takes_leave_is_not_asked_anything(said: str) -> None:
    async with at_the_end(said) as call:
        assert isinstance(call.session.current_agent, StoryAgent)
        assert await goodbye(call) == load_prompt("goodbye_spoken", name="Maria")


@pytest.mark.parametrize(
    ("memory", "story"),
    [
        (FakeMemory(may_ask=False), MARIA),
        (FakeMemory(), StoryData.from_caller("", "Lisbon")),
    ],
    ids=["no number", "no name"],
)
async def test_nobody_is_asked_who_cannot_be_known_again(
    memory: FakeMemory, story: StoryData
) -> None:
    async with at_the_end(memory=memory, story=story) as call:
        assert load_prompt("ask_to_remember") not in call.said
        assert len(call.line.goodbyes) == 1


@pytest.mark.parametrize(("last", "is_whole"), [(BEGIN, False), (THE_END, True)])
async def test_whoever_is_known_is_not_asked_again_and_the_story_is_kept(
    last: Answer, is_whole: bool
) -> None:
    memory = FakeMemory()
    answers = (gathered("Maria", "Lisbon"), last, FINISHED)
    async with talk(*answers, past=CERTAIN, memory=memory) as call:
        await call.say("Yes.")
        await call.say("No, thank you.")
        name = load_prompt("goodbye_spoken", name="Maria")
        own = load_prompt("goodbye", name="Maria")
        assert call.line.goodbyes == [LastWords(name, own)]
        assert [finished for _, _, finished in memory.kept] == [False, is_whole]


async def test_a_story_that_came_to_its_end_is_remembered_as_told() -> None:
    memory = FakeMemory()
    async with at_the_end(memory=memory, last=THE_END) as call:
        call.call_out("Yes, please.")
        await goodbye(call)
        assert memory.kept == [(MARIA, "lighthouse", True)]


# --- forget me ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("became", "prompt"),
    [
        (Forgot.EVERYTHING, "forgotten"),
        (Forgot.PERSON, "forgotten_person"),
        (Forgot.CALL, "forgotten_call"),
        (Forgot.FAILED, "not_forgotten"),
    ],
)
async def test_in_the_introduction_it_is_done_and_said_and_the_name_is_asked(
    became: Forgot, prompt: str
) -> None:
    memory = FakeMemory(becomes=became)
    async with talk(wish(), past=CERTAIN, memory=memory) as call:
        await call.say("Please forget me.")
        assert call.said[-1] == f"{load_prompt(prompt)} {load_prompt('ask_both')}"
        assert memory.forgotten == [""]
        assert "Lisbon" not in instructions(call)
        assert call.session.userdata.leaves_nothing


async def test_in_the_story_it_goes_on_without_what_was_known() -> None:
    memory = FakeMemory()
    answers = (gathered("Maria", "Lisbon"), BEGIN, wish(), FINISHED)
    async with talk(*answers, past=CERTAIN, memory=memory) as call:
        await call.say("Yes.")
        await call.say("Delete everything about me.")
        assert call.said[-1] == f"{load_prompt('forgotten')} {load_prompt('go_on_or_end')}"
        assert memory.forgotten == ["Maria"]
        assert LIGHTHOUSE.told not in instructions(call)
        memory.may_ask = False
        await call.say("End here.")
        assert len(memory.kept) == 1, "not remembered again at the end"


async def test_without_a_name_it_is_asked_which_and_then_done() -> None:
    memory = FakeMemory(becomes=Forgot.NAME_NEEDED)
    async with talk(wish(), wish("Maria\n"), past=FORGED, memory=memory) as call:
        await call.say("Forget me.")
        assert call.said[-1] == load_prompt("forget_whom")
        assert call.session.userdata.past is FORGED, "nothing is forgotten yet"
        memory.becomes = Forgot.PERSON
        await call.say("Maria.")
        assert call.said[-1].startswith(load_prompt("forgotten_person"))
        assert memory.forgotten == ["", "Maria"]


async def test_a_recording_goes_too_and_its_failure_is_said() -> None:
    async with talk(wish(), memory=FakeMemory(), is_recorded=True) as call:
        call.line.can_delete = False
        await call.say("Forget me.")
        assert call.line.recorded == ["began", "refused"]
        assert load_prompt("not_forgotten") in call.said[-1]


async def test_who_is_offered_to_go_on_can_be_forgotten_and_was_named_by_echo() -> None:
    memory = FakeMemory()
    broken = BrokenStory(MARIA, LIGHTHOUSE, ChatContext.empty())
    async with talk(wish(), agent=ReturningAgent(broken), memory=memory) as call:
        call.session.userdata.story = MARIA
        await call.say("Forget me.")
        assert memory.forgotten == [""], "the caller has said no name"
        assert load_prompt("forgotten") in call.said[-1]
        assert call.session.userdata.leaves_nothing


@pytest.mark.parametrize("agent", [IntroAgent(), StoryAgent(MARIA, LIGHTHOUSE)])
async def test_both_agents_can(agent: IntroAgent | StoryAgent) -> None:
    memory = FakeMemory()
    answers = (wish(),) if isinstance(agent, IntroAgent) else (BEGIN, wish())
    async with talk(*answers, agent=agent, memory=memory) as call:
        await call.say("Forget me.")
        assert len(memory.forgotten) == 1
