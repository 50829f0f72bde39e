"""The whole life of an order that goes on with a story, but for the telephone and the talk."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest

from agents.conversation import Conversation
from agents.returning import ReturningAgent
from agents.stories import load_premises
from bot.call import placed as module
from bot.call.entry import take_call
from bot.orders.ticket import write_ticket
from bot.records import EndReason, Order, Records, utc_now
from bot.records.thread import Said, Thread
from bot.talk.floor.state import State
from sip.calls.outcome import Outcome
from tests.bot.call.fake_job import FakeJob
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import a_call
from tests.bot.settings.made import CLOUD, made
from tests.bot.talk.fake_session import FakeSession

pytestmark = pytest.mark.unit

THREAD = Thread(
    said=(Said(True, "Left, or right?", True),),
    name="Maria",
    location="Lisbon",
    premise=load_premises()[0].id,
)
ANYTIME = {"STORYLINE_CALLING_HOURS": "00:00-24:00"}


class FakeTalk:
    """A conversation that nobody answers: it rings until it is given up."""

    made: ClassVar[list["FakeTalk"]] = []

    def __init__(self, *around: Any, **rest: Any) -> None:
        *_, self.ending = around
        self.first_agent = rest["first_agent"]
        self.ready = asyncio.Event()
        self.ready.set()
        session = FakeSession()
        session.userdata = Conversation(line=cast(Any, None))
        self.session = session
        floor = SimpleNamespace(state=State.LISTENING, ends_because=None)
        rest["keeper"].listen(session.as_session, cast(Any, floor))
        FakeTalk.made.append(self)

    async def run(self) -> None:
        await self.ending.wait()


class FakeDialler:
    """Rings, and nobody answers."""

    def __init__(self, *around: Any) -> None:
        *_, self._progress, _, self._ending = around

    async def run(self) -> str | None:
        self._progress.conclude(Outcome.NO_ANSWER, "It rang and nobody answered.")
        self._ending.set(EndReason.NEVER_ANSWERED)
        return None


@pytest.fixture(autouse=True)
def replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeTalk.made.clear()
    monkeypatch.setattr(module, "Talk", FakeTalk)
    monkeypatch.setattr(module, "Dialler", FakeDialler)


async def broke_off(records: Records) -> str:
    call = a_call(job_id="AJ_0")
    await records.calls.save(call)
    await records.threads.keep(call, THREAD, utc_now())
    await records.calls.close_if_open(call.call_id, EndReason.CALLER_HUNG_UP, utc_now())
    return call.call_id


async def ordered(database: str, records: Records, resumes: str, **changes: Any) -> Order:
    """Have a job carry out an order that resumes this call; the order as it ended."""
    order, _ = await records.orders.accept(
        an_order(resumes=resumes, asked_at=utc_now(), **changes), PLENTY, again=True
    )
    settings = made(DATABASE_URL=database, LIVEKIT_URL=CLOUD, **ANYTIME)
    await take_call(FakeJob(settings, metadata=write_ticket(order.call_id)).ctx)
    ended = await records.orders.get(order.call_id)
    assert ended is not None and ended.has_ended
    return ended


async def test_the_story_goes_from_call_to_call_until_somebody_is_reached(
    database: str, records: Records
) -> None:
    first = await broke_off(records)
    second = await ordered(database, records, first)
    assert second.outcome is Outcome.NO_ANSWER
    assert await records.threads.of(first) is None
    assert await records.threads.of(second.call_id) == replace(THREAD, is_offered=True)
    third = await ordered(database, records, second.call_id)
    assert third.outcome is Outcome.NO_ANSWER
    assert await records.threads.of(third.call_id) == replace(THREAD, is_offered=True)
    assert [isinstance(talk.first_agent, ReturningAgent) for talk in FakeTalk.made] == [True] * 2


async def test_nobody_is_dialled_when_somebody_else_has_the_story(
    database: str, records: Records
) -> None:
    first = await broke_off(records)
    assert (await ordered(database, records, first)).outcome is Outcome.NO_ANSWER
    late = await ordered(database, records, first)
    assert (late.outcome, late.dialed_at) == (Outcome.REFUSED, None)
    assert late.detail is not None and "nobody was dialled" in late.detail
    assert len(FakeTalk.made) == 1


async def test_an_order_that_was_cancelled_takes_no_story(database: str, records: Records) -> None:
    first = await broke_off(records)
    order, _ = await records.orders.accept(
        an_order(resumes=first, asked_at=utc_now()), PLENTY, again=True
    )
    await records.orders.cancel(order.call_id, utc_now())
    settings = made(DATABASE_URL=database, LIVEKIT_URL=CLOUD, **ANYTIME)
    await take_call(FakeJob(settings, metadata=write_ticket(order.call_id)).ctx)
    assert await records.threads.of(first) == THREAD
    assert FakeTalk.made == []
