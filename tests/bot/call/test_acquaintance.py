"""What is kept of a caller who said yes, and what is left of one who wants to be forgotten."""

import asyncio
import logging
from typing import Any, cast

import pytest

from agents.conversation import Conversation
from agents.memory.keeping import Forgot
from agents.stories import load_premises
from agents.story import StoryData
from bot.call.acquaintance import Acquaintance
from bot.records import CallRecord, DatabaseUnavailable, EndReason, Records, utc_now
from sip.calls.call_info import CallInfo, Direction
from tests.bot.records.memory.test_memories import NUMBER, somebody
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call
from tests.bot.settings.made import made

MARIA, PEDRO = StoryData("Maria Silva", "Lisbon"), StoryData("Pedro", "Porto")
LIGHTHOUSE = next(each for each in load_premises() if each.id == "lighthouse")
TRAIN = next(each for each in load_premises() if each.id == "night_train")
CALL = a_call(from_number=NUMBER)


def caller(
    records: Records,
    *,
    number: str | None = NUMBER,
    attested: bool = True,
    call: CallRecord = CALL,
    **environ: str,
) -> Acquaintance:
    info = CallInfo(
        Direction.INBOUND, caller_number=number, caller_text=number, is_attested=attested
    )
    return Acquaintance.of_caller(records, made(**environ), call.call_id, info)


def callee(records: Records) -> Acquaintance:
    return Acquaintance.of_callee(records, made(), CALL.call_id, NUMBER)


@EVERY_DATABASE
class TestKept:
    """In a real database."""

    async def test_a_yes_is_known_in_the_next_call(self, records: Records) -> None:
        assert (await caller(records).recall()).people == ()
        assert await caller(records).remember(MARIA, LIGHTHOUSE, finished=True)
        past = await caller(records).recall()
        assert past.expected is not None
        assert (past.expected.name, past.expected.location) == ("Maria Silva", "Lisbon")
        assert (past.expected.lines, past.told) == ((LIGHTHOUSE.told,), ("lighthouse",))

    @pytest.mark.parametrize("who", ["forged", "callee"])
    async def test_where_somebody_else_may_be_on_the_line_nobody_is_expected(
        self, records: Records, who: str
    ) -> None:
        await caller(records).remember(MARIA, LIGHTHOUSE, finished=True)
        there = caller(records, attested=False) if who == "forged" else callee(records)
        past = await there.recall()
        assert past.expected is None
        assert past.who_is("Maria") is not None

    async def test_a_story_that_was_begun_is_told_and_has_no_line_yet(
        self, records: Records
    ) -> None:
        maria = caller(records)
        await maria.remember(MARIA, LIGHTHOUSE, finished=True)
        await maria.remember(MARIA, TRAIN, finished=False)
        past = await maria.recall()
        assert past.told == ("lighthouse", "night_train")
        assert past.people[0].lines == (LIGHTHOUSE.told,)

    async def test_a_brother_has_a_memory_of_his_own(self, records: Records) -> None:
        await caller(records).remember(MARIA, LIGHTHOUSE, finished=True)
        await caller(records).remember(PEDRO, TRAIN, finished=True)
        past = await caller(records).recall()
        assert [each.name for each in past.people] == ["Pedro", "Maria Silva"]
        assert past.told == ("lighthouse", "night_train")

    async def test_a_conversation_that_was_begun_elsewhere_knows_its_caller(
        self, records: Records
    ) -> None:
        maria = caller(records)
        await maria.remember(MARIA, LIGHTHOUSE, finished=True)
        await maria.recall()
        conversation = Conversation(line=cast(Any, None), story=StoryData("Maria", "Porto"))
        maria.introduce(conversation)
        assert conversation.person is not None and conversation.person.name == "Maria Silva"


@EVERY_DATABASE
class TestForgotten:
    """In a real database."""

    @pytest.mark.parametrize("who", ["attested", "callee"])
    async def test_everything_about_the_number_goes_and_is_counted(
        self, records: Records, caplog: pytest.LogCaptureFixture, who: str
    ) -> None:
        await records.calls.save(CALL)
        await records.memories.keep(somebody())
        there = caller(records) if who == "attested" else callee(records)
        with caplog.at_level(logging.INFO):
            assert await there.forget("") is Forgot.EVERYTHING
        assert (await caller(records).recall()).people == ()
        assert not there.may_ask, "not asked after that"
        [line] = [each for each in caplog.records if "at the caller's wish" in each.message]
        assert (vars(line)["rows"], vars(line)["calls_in_progress"]) == (1, 1)
        assert NUMBER not in caplog.text

    async def test_of_this_call_the_rest_goes_when_it_is_over(self, records: Records) -> None:
        call = a_call(from_number=NUMBER, started_at=utc_now())
        await records.calls.save(call)
        maria = caller(records, call=call)
        await maria.forget("")
        await records.calls.close_if_open(call.call_id, EndReason.CALLER_HUNG_UP, utc_now(), "why")
        await maria.settle()
        kept = await records.calls.get(call.call_id)
        assert kept is not None and kept.error is None

    async def test_a_call_without_that_wish_keeps_its_record(self, records: Records) -> None:
        call = a_call(from_number=NUMBER, ended_at=NOON, error="kept")
        await records.calls.save(call)
        await caller(records, call=call).settle()
        assert await records.calls.get(call.call_id) == call

    async def test_another_process_knows_of_the_wish(self, records: Records) -> None:
        await records.calls.save(CALL)
        await caller(records).forget("")
        successor = caller(records)
        await successor.recall_wish()
        assert not successor.may_ask

    async def test_a_caller_without_a_number_forgets_this_call(self, records: Records) -> None:
        call = a_call(from_number=None)
        await records.calls.save(call)
        assert await caller(records, number=None, call=call).forget("") is Forgot.EVERYTHING
        assert await records.wishes.is_noted(call.call_id)


@EVERY_DATABASE
class TestForged:
    """A number that anybody may have written."""

    async def test_nothing_is_forgotten_before_a_name_is_told(self, records: Records) -> None:
        await records.memories.keep(somebody())
        await records.calls.save(CALL)
        assert await caller(records, attested=False).forget("") is Forgot.NAME_NEEDED
        assert not await records.wishes.is_noted(CALL.call_id)
        assert await records.memories.of(NUMBER) == (somebody(),)

    async def test_a_name_is_asked_for_once(self, records: Records) -> None:
        await records.calls.save(CALL)
        await records.memories.keep(somebody())
        silent = caller(records, attested=False)
        assert await silent.forget("") is Forgot.NAME_NEEDED
        assert await silent.forget("") is Forgot.CALL
        assert await records.memories.of(NUMBER) == (somebody(),)

    async def test_who_can_say_the_name_is_forgotten_with_this_call(self, records: Records) -> None:
        other = a_call(from_number=NUMBER, ended_at=NOON)
        for call in (CALL, other):
            await records.calls.save(call)
        await records.memories.keep(somebody())
        await records.memories.keep(somebody(name="Pedro"))
        assert await caller(records, attested=False).forget("maria") is Forgot.PERSON
        assert await records.memories.of(NUMBER) == (somebody(name="Pedro"),)
        assert await records.wishes.is_noted(CALL.call_id)
        assert not await records.wishes.is_noted(other.call_id), "it may be somebody else's"

    async def test_who_cannot_forgets_this_call_alone(
        self, records: Records, caplog: pytest.LogCaptureFixture
    ) -> None:
        await records.calls.save(CALL)
        await records.memories.keep(somebody())
        assert await caller(records, attested=False).forget("Eve") is Forgot.CALL
        assert await records.memories.of(NUMBER) == (somebody(),)
        assert await records.wishes.is_noted(CALL.call_id)
        assert "does not vouch" in caplog.text, "an operator may look at it"

    async def test_names_cannot_be_tried_one_after_the_other(self, records: Records) -> None:
        await records.calls.save(CALL)
        await records.memories.keep(somebody())
        eve = caller(records, attested=False)
        answers = [await eve.forget(name) for name in ("Eve", "Anna", "Maria")]
        assert answers == [Forgot.CALL] * 3
        assert await records.memories.of(NUMBER) == (somebody(),)


@pytest.mark.unit
@pytest.mark.parametrize("options", [{"number": None}, {"STORYLINE_MEMORY": "never"}])
async def test_nothing_is_kept_without_a_number_or_against_the_setting(
    options: dict[str, Any],
) -> None:
    stranger = caller(cast(Records, None), **options)
    assert not stranger.may_ask
    assert (await stranger.recall()).people == ()
    assert not await stranger.remember(MARIA, LIGHTHOUSE, finished=True)


class _Broken:
    """A database that is away, or says nothing."""

    def __init__(self, stalls: bool) -> None:
        self.memories = self.wishes = self
        self._stalls = stalls

    async def of(self, *_: Any) -> None:
        if self._stalls:
            await asyncio.Event().wait()
        raise DatabaseUnavailable("away")

    keep = forget_number = settle = is_noted = of


@pytest.mark.unit
@pytest.mark.looptime
@pytest.mark.asyncio(loop_scope="function")
@pytest.mark.parametrize("stalls", [False, True])
async def test_a_database_that_is_away_holds_nobody_up(stalls: bool) -> None:
    maria = caller(cast(Records, _Broken(stalls)))
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    assert (await maria.recall()).people == ()
    await maria.recall_wish()
    assert loop.time() - began_s < 2
    assert not await maria.remember(MARIA, LIGHTHOUSE, finished=True)
    assert await maria.forget("Maria") is Forgot.FAILED
    await maria.settle()
    assert loop.time() - began_s < 21
