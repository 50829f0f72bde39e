"""Which kind of call a job is for, and that each kind is written down."""

from typing import Any

import pytest
from livekit import api
from livekit.protocol.models import ParticipantInfo

from bot.call import entry as module
from bot.call.entry import take_call
from bot.call.inbound import InboundCall
from bot.call.safety.again import ASKED_AGAIN
from bot.doctor.probe import PROBE_METADATA
from bot.orders.ticket import write_ticket
from bot.records import Direction, EndReason, Records
from tests.bot.call.fake_job import ROOM, FakeJob
from tests.bot.settings.made import CLOUD, made

pytestmark = pytest.mark.unit


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> list[InboundCall]:
    """The calls that somebody made to us; each ends at once."""
    calls: list[InboundCall] = []

    async def carry(call: InboundCall) -> None:
        calls.append(call)
        call.ending.set(EndReason.CALLER_HUNG_UP)

    monkeypatch.setattr(InboundCall, "carry", carry)
    return calls


@pytest.fixture
def placed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the calls that we made."""
    ids: list[str] = []

    async def place(ctx: Any, settings: Any, call_id: str) -> None:
        ids.append(call_id)

    monkeypatch.setattr(module, "place_call", place)
    return ids


def a_job(database: str, metadata: str = "") -> FakeJob:
    return FakeJob(made(DATABASE_URL=database, LIVEKIT_URL=CLOUD), metadata=metadata)


@pytest.mark.usefixtures("carried", "placed")
async def test_a_call_to_us_is_written_down_from_its_beginning_to_its_end(
    database: str, records: Records
) -> None:
    job = a_job(database)
    await take_call(job.ctx)
    [call] = await records.calls.recent(9)
    assert (call.direction, call.room_name, call.job_id) == (Direction.INBOUND, ROOM, "AJ_1")
    assert call.end_reason is EndReason.CALLER_HUNG_UP
    assert job.api.deleted == [ROOM]
    assert job.goodbyes == ["caller_hung_up"]


async def test_two_calls_are_two_records(
    database: str, records: Records, carried: list[InboundCall]
) -> None:
    for _ in range(2):
        await take_call(a_job(database).ctx)
    assert len(carried) == 2
    assert len({call.call_id for call in await records.calls.recent(9)}) == 2


async def test_the_doctor_sees_us_in_the_room_and_that_is_all(
    database: str,
    records: Records,
    carried: list[InboundCall],
    placed: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Any] = []

    async def answer_probe(ctx: Any) -> None:
        seen.append(ctx)

    monkeypatch.setattr(module, "answer_probe", answer_probe)
    job = a_job(database, PROBE_METADATA)
    await take_call(job.ctx)
    assert seen == [job]
    assert (carried, placed, await records.calls.recent(9)) == ([], [], [])


async def test_an_order_is_placed_and_not_taken(
    database: str, carried: list[InboundCall], placed: list[str]
) -> None:
    await take_call(a_job(database, write_ticket("one")).ctx)
    assert (placed, carried) == (["one"], [])


@pytest.mark.parametrize("metadata", ["{", "[]", '{"outbound_call": 7}', "anything else"])
async def test_metadata_of_other_people_is_a_call_to_us(
    database: str, carried: list[InboundCall], placed: list[str], metadata: str
) -> None:
    await take_call(a_job(database, metadata).ctx)
    assert (len(carried), placed) == (1, [])


async def test_asked_for_again_and_alone_with_the_caller_it_takes_the_call(
    database: str, carried: list[InboundCall]
) -> None:
    job = a_job(database, ASKED_AGAIN)
    job.api.people = [ParticipantInfo(kind=ParticipantInfo.Kind.SIP)]
    job.api.dispatches = [api.AgentDispatch(id="AD_1", metadata=ASKED_AGAIN)]
    await take_call(job.ctx)
    assert len(carried) == 1


async def test_asked_for_again_and_not_needed_it_leaves_without_a_trace(
    database: str, records: Records, carried: list[InboundCall]
) -> None:
    job = a_job(database, ASKED_AGAIN)
    job.api.people = [ParticipantInfo(kind=ParticipantInfo.Kind.AGENT)]
    await take_call(job.ctx)
    assert (carried, job.connected, await records.calls.recent(9)) == ([], [], [])
    assert job.goodbyes == ["not needed"]
    assert job.api.deleted == [], "the other storyteller talks on"
