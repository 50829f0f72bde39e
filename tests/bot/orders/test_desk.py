"""Where calls are asked for: settings and trunk become an order, and the tables must be there."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from livekit.api import ListSIPOutboundTrunkResponse, SIPOutboundTrunkInfo
from livekit.api.sip_service import SipService

from bot.orders.desk import Desk
from bot.orders.request import Request
from bot.records import (
    BlockedBy,
    Direction,
    EndReason,
    NumberBusy,
    OrderRefused,
    Records,
    SchemaError,
    utc_now,
)
from bot.records.thread import Thread
from sip.calls.outbound_trunk import WayOut
from sip.errors import InvalidNumber, NumberRefused, TrunkNotFound
from tests.bot.records.records import a_call
from tests.bot.settings.made import made

pytestmark = pytest.mark.unit

TRUNK = SIPOutboundTrunkInfo(sip_trunk_id="ST_1", name="out", numbers=["+12025550100"])
ANYTIME = {"STORYLINE_CALLING_HOURS": "00:00-24:00"}
NUMBER = "+12025550123"


@pytest.fixture(autouse=True)
def trunks(monkeypatch: pytest.MonkeyPatch) -> list[SIPOutboundTrunkInfo]:
    """The outbound trunks that LiveKit has."""
    found = [TRUNK]

    async def list_them(_: Any, __: Any) -> ListSIPOutboundTrunkResponse:
        return ListSIPOutboundTrunkResponse(items=found)

    monkeypatch.setattr(SipService, "list_outbound_trunk", list_them)
    return found


def a_desk(records: Records, **environ: str) -> Desk:
    way_out = WayOut("ST_1", "out", "+12025550100")
    return Desk(made(**ANYTIME, **environ), records, cast(Any, None), way_out)


async def test_a_desk_knows_the_only_way_out(database: str) -> None:
    async with Desk.open(made(DATABASE_URL=database), None, None) as desk:
        assert desk.way_out == WayOut("ST_1", "out", "+12025550100")


async def test_what_is_typed_wins_over_the_trunk_that_was_set(
    database: str, trunks: list[SIPOutboundTrunkInfo]
) -> None:
    trunks.append(SIPOutboundTrunkInfo(sip_trunk_id="ST_2", name="two", numbers=["+12025550200"]))
    settings = made(DATABASE_URL=database, STORYLINE_OUTBOUND_TRUNK="two")
    async with Desk.open(settings, None, None) as desk:
        assert desk.way_out.trunk_id == "ST_2"
    async with Desk.open(settings, "out", None) as desk:
        assert desk.way_out.trunk_id == "ST_1"


@pytest.mark.parametrize(
    ("trunk", "from_number", "error"),
    [
        ("nowhere", None, TrunkNotFound),
        (None, "+12025550999", TrunkNotFound),
        (None, "hello", InvalidNumber),
    ],
)
async def test_a_way_that_is_not_there_is_told_before_anything_is_asked(
    database: str, trunk: str | None, from_number: str | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        async with Desk.open(made(DATABASE_URL=database), trunk, from_number):
            raise AssertionError("the block is not entered")


async def test_a_database_without_tables_is_refused(empty_database: str) -> None:
    with pytest.raises(SchemaError, match="no tables yet"):
        async with Desk.open(made(DATABASE_URL=empty_database), None, None):
            raise AssertionError("the block is not entered")


async def test_an_order_goes_by_the_way_out_with_the_limits_that_were_set(
    records: Records,
) -> None:
    order = a_desk(records, STORYLINE_RING_TIMEOUT_S="25", STORYLINE_MAX_CALL_S="600").order(
        Request(NUMBER)
    )
    assert (order.trunk_id, order.from_number) == ("ST_1", "+12025550100")
    assert (order.ring_timeout_s, order.max_call_s) == (25, 600)


async def test_a_number_in_another_country_is_refused(records: Records) -> None:
    with pytest.raises(NumberRefused):
        a_desk(records).order(Request("+33123456789"))


async def test_a_trunk_has_as_many_calls_as_were_set(records: Records) -> None:
    assert a_desk(records, STORYLINE_CALLS_AT_ONCE="3").calls_at_once == 3


async def test_checking_writes_nothing_and_says_what_is_in_the_way(records: Records) -> None:
    desk = a_desk(records)
    order = desk.order(Request(NUMBER))
    assert await desk.check(order) is None
    assert await records.orders.get(order.call_id) is None
    await records.orders.accept(order, desk._limits)
    with pytest.raises(NumberBusy):
        await desk.check(desk.order(Request(NUMBER)))


async def test_the_same_key_finds_the_older_order(records: Records) -> None:
    desk = a_desk(records)
    first = desk.order(Request(NUMBER, idempotency_key="k"))
    await records.orders.accept(first, desk._limits)
    assert await desk.check(desk.order(Request(NUMBER, idempotency_key="k"))) == first


async def test_a_list_finds_what_it_did_for_a_number(records: Records) -> None:
    desk = a_desk(records)
    first = desk.order(Request(NUMBER, idempotency_key="march/1"))
    await records.orders.accept(first, desk._limits)
    assert await desk.history(NUMBER, "march/") == [first]
    assert await desk.history(NUMBER, "april/") == []
    assert await desk.history("+12025550199", "march/") == []


async def broke_off(
    records: Records, reason: EndReason = EndReason.CALLER_HUNG_UP, **changes: Any
) -> str:
    """The id of a call that has just broken off in Maria's story."""
    call = a_call(job_id="AJ_1", **changes)
    await records.calls.save(call)
    thread = Thread(name="Maria", location="Lisbon")
    await records.threads.keep(call, thread, utc_now())
    ended_at: datetime = changes.get("ended_at") or utc_now()
    await records.calls.save(replace(call, ended_at=ended_at, end_reason=reason))
    return call.call_id


async def test_a_call_that_goes_on_is_with_whom_it_was_with(records: Records) -> None:
    call_id = await broke_off(records)
    request = await a_desk(records).resume(Request("", resumes=call_id, again=True))
    assert request == Request(NUMBER, name="Maria", location="Lisbon", again=True, resumes=call_id)
    order = a_desk(records).order(request)
    assert (order.number, order.name, order.resumes) == (NUMBER, "Maria", call_id)
    assert await records.threads.of(call_id) is not None, "it is the job that takes it"


async def test_a_call_that_we_made_goes_on_with_whom_we_called(records: Records) -> None:
    called = {"direction": Direction.OUTBOUND, "to_number": "+12025550177"}
    call_id = await broke_off(records, EndReason.FAILED, **called)
    request = await a_desk(records).resume(Request("", resumes=call_id))
    assert request.number == "+12025550177"


async def test_a_request_that_resumes_nothing_is_left_as_it_is(records: Records) -> None:
    assert await a_desk(records).resume(Request(NUMBER)) == Request(NUMBER)


async def test_a_call_that_nobody_knows_does_not_go_on(records: Records) -> None:
    with pytest.raises(OrderRefused, match="there is no call a-typing-mistake"):
        await a_desk(records).resume(Request("", resumes="a-typing-mistake"))


async def test_a_caller_who_showed_no_number_is_not_called(records: Records) -> None:
    call_id = await broke_off(records, from_number=None)
    with pytest.raises(OrderRefused, match="showed no number"):
        await a_desk(records).resume(Request("", resumes=call_id))


async def test_a_story_that_was_told_does_not_go_on(records: Records) -> None:
    call_id = await broke_off(records, EndReason.STORY_FINISHED)
    with pytest.raises(OrderRefused, match="no story of that call broke off"):
        await a_desk(records).resume(Request("", resumes=call_id))


async def test_a_call_that_ended_too_long_ago_does_not_go_on(records: Records) -> None:
    call_id = await broke_off(records, ended_at=utc_now() - timedelta(minutes=16))
    with pytest.raises(OrderRefused, match="more than 15 minutes ago"):
        await a_desk(records).resume(Request("", resumes=call_id))


async def test_where_no_story_is_kept_none_goes_on(records: Records) -> None:
    call_id = await broke_off(records)
    with pytest.raises(OrderRefused, match="STORYLINE_RESUME_MINUTES=0"):
        await a_desk(records, STORYLINE_RESUME_MINUTES="0").resume(Request("", resumes=call_id))


async def test_a_call_in_progress_does_not_go_on(records: Records) -> None:
    call = a_call(job_id="AJ_1")
    await records.calls.save(call)
    with pytest.raises(OrderRefused, match="is not over"):
        await a_desk(records).resume(Request("", resumes=call.call_id))


async def test_who_is_on_the_do_not_call_list_is_not_called_to_go_on(records: Records) -> None:
    call_id = await broke_off(records)
    await records.orders.block(NUMBER, BlockedBy.OPERATOR, utc_now())
    desk = a_desk(records)
    order = desk.order(await desk.resume(Request("", resumes=call_id)))
    with pytest.raises(OrderRefused, match="do-not-call list"):
        await desk.check(order)


async def test_a_used_key_finds_its_order_when_the_story_is_in_its_hands(records: Records) -> None:
    call_id, desk = await broke_off(records), a_desk(records)
    asked = Request("", resumes=call_id, idempotency_key="k")
    first = desk.order(await desk.resume(asked))
    await records.orders.accept(first, desk._limits)
    keep = timedelta(minutes=15)
    assert await records.unfinished.take(call_id, first.call_id, utc_now(), keep)
    assert await desk.check(desk.order(await desk.resume(asked))) == first
