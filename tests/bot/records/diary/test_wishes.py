"""Who wants to be forgotten is forgotten, and has called as often as before."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.records import (
    BlockedBy,
    CallerLimits,
    CallRecord,
    CostLimits,
    Direction,
    InboundLimits,
    Limit,
    OrderState,
    Records,
)
from bot.records.limits.limits import DAY
from bot.records.sound.shelf import Shelf
from tests.bot.records.diary.entries import a_turn, an_event, some_usage
from tests.bot.records.diary.test_forgetting import an_ended_order, everything
from tests.bot.records.diary.test_nothing_is_left import bytes_of
from tests.bot.records.memory.test_memories import NUMBER, OTHER, somebody, told
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call
from tests.bot.records.test_gate import A_LOT, NO_LIMITS, over, rings

pytestmark = EVERY_DATABASE

WORDS, SOUND = "the hidden beach of my childhood", b"sound-of-the-caller"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    folder = Shelf(tmp_path / "recordings")
    folder.prepare()
    return folder


async def keep(records: Records, shelf: Shelf, call: CallRecord, usd: float = 0.5) -> None:
    await records.calls.save(call)
    await records.diaries.write(
        call.call_id, [(1, an_event()), (2, a_turn(words=WORDS))], [some_usage(1000, usd)]
    )
    shelf.sound(call.call_id).write_bytes(SOUND)


def limits(**changes: int) -> InboundLimits:
    per = CallerLimits(**{"at_once": 9, "per_hour": 9, "per_day": 9, **changes})
    return InboundLimits(per, per, A_LOT, longest_call_s=1000.0)


# --- what limits need -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "limit"),
    [({"per_hour": 2}, Limit.CALLER_PER_HOUR), ({"per_day": 2}, Limit.CALLER_PER_DAY)],
)
async def test_the_calls_of_a_forgotten_number_still_count(
    records: Records, shelf: Shelf, change: dict[str, int], limit: Limit
) -> None:
    for minutes in (10, 20):
        await over(records, minutes * MINUTE)
    await records.wishes.forget_number(NUMBER, shelf, NOON)
    assert await rings(records, limits(**change)) == limit


async def test_what_a_forgotten_number_has_cost_still_counts(
    records: Records, shelf: Shelf
) -> None:
    await keep(records, shelf, a_call(from_number=NUMBER, ended_at=NOON), usd=0.5)
    await records.wishes.forget_number(NUMBER, shelf, NOON)
    costs = CostLimits(per_number=0.5, per_day=None)
    asked = a_call(from_number=NUMBER)
    assert await records.gate.left_usd(asked, costs, NOON + MINUTE) == 0


async def test_a_forgotten_number_may_still_not_be_called(records: Records, shelf: Shelf) -> None:
    await records.orders.block(NUMBER, BlockedBy.CALLEE, NOON)
    await records.wishes.forget_number(NUMBER, shelf, NOON)
    assert await records.orders.is_blocked(NUMBER)


async def test_an_order_with_the_same_key_is_still_the_same_order(
    records: Records, shelf: Shelf
) -> None:
    wanted = an_order(number=NUMBER, name="Maria", location="Lisbon", asked_at=NOON)
    order, _ = await records.orders.accept(wanted, PLENTY)
    await records.orders.cancel(order.call_id, NOON)
    await records.wishes.forget_number(NUMBER, shelf, NOON)
    kept = await records.orders.get(order.call_id)
    assert kept is not None and (kept.name, kept.location) == (None, None)


async def test_after_its_day_nothing_is_left(
    records: Records, database: str, shelf: Shelf, tmp_path: Path
) -> None:
    call = a_call(from_number=NUMBER, room_name=f"story_{NUMBER}_x", ended_at=NOON)
    await keep(records, shelf, call)
    await an_ended_order(records, NUMBER)
    await records.wishes.forget_number(NUMBER, shelf, NOON)
    early = await records.wishes.carry_out(shelf, NOON + DAY - MINUTE)
    assert (early.total, await records.calls.get(call.call_id) is None) == (0, False)
    late = await records.wishes.carry_out(shelf, NOON + 2 * DAY)
    assert (late.rows["calls"], late.rows["outbound_calls"], late.rows["call_usage"]) == (1, 1, 1)
    assert NUMBER not in await everything(database)
    assert NUMBER.encode() not in bytes_of(tmp_path)


# --- what goes at once ----------------------------------------------------------------------------


async def test_words_sound_and_memory_go_at_once(
    records: Records, database: str, shelf: Shelf, tmp_path: Path
) -> None:
    call = a_call(from_number=NUMBER, ended_at=NOON, error="asked for something")
    await keep(records, shelf, call)
    await records.memories.keep(somebody(told("lighthouse")))
    forgotten = await records.wishes.forget_number(NUMBER, shelf, NOON)
    assert (forgotten.files, forgotten.rows["call_turns"]) == (1, 1)
    assert (forgotten.rows["remembered_callers"], forgotten.rows["told_stories"]) == (1, 1)
    rows, files = await everything(database), bytes_of(tmp_path)
    assert not [each for each in (WORDS, "Maria", "Lisbon", "asked for") if each in rows]
    assert WORDS.encode() not in files and SOUND not in files


async def test_a_call_older_than_a_day_goes_whole(records: Records, shelf: Shelf) -> None:
    began = NOON - timedelta(days=2)
    old = a_call(from_number=NUMBER, started_at=began, ended_at=began + MINUTE)
    await keep(records, shelf, old)
    forgotten = await records.wishes.forget_number(NUMBER, shelf, NOON)
    assert forgotten.rows["calls"] == 1
    assert await records.calls.get(old.call_id) is None


async def test_others_are_left_alone(records: Records, shelf: Shelf) -> None:
    call = a_call(from_number=OTHER, ended_at=NOON)
    await keep(records, shelf, call)
    await records.memories.keep(somebody(number=OTHER))
    assert (await records.wishes.forget_number(NUMBER, shelf, NOON)).total == 0
    assert len((await records.diaries.of(call.call_id)).turns) == 1
    assert await records.memories.of(OTHER) == (somebody(number=OTHER),)


# --- calls in progress ----------------------------------------------------------------------------


async def test_the_call_in_which_it_is_asked_goes_when_it_is_over(
    records: Records, shelf: Shelf
) -> None:
    call = a_call(from_number=NUMBER)
    await records.calls.save(call)
    assert (await records.wishes.forget_number(NUMBER, shelf, NOON)).in_progress == 1
    await keep(records, shelf, a_call(call_id=call.call_id, ended_at=NOON + MINUTE))
    forgotten = await records.wishes.settle(call.call_id, shelf, NOON + MINUTE)
    assert (forgotten.rows["call_turns"], forgotten.files) == (1, 1)
    assert await records.calls.get(call.call_id) is not None


async def test_of_a_process_that_died_the_rest_is_carried_out(
    records: Records, shelf: Shelf
) -> None:
    call = a_call(from_number=NUMBER)
    await records.calls.save(call)
    await records.wishes.forget_number(NUMBER, shelf, NOON)
    await keep(records, shelf, a_call(call_id=call.call_id, ended_at=NOON + MINUTE))
    assert (await records.wishes.carry_out(shelf, NOON + 2 * MINUTE)).rows["call_turns"] == 1


async def test_a_call_whose_caller_wished_nothing_is_not_settled(
    records: Records, shelf: Shelf
) -> None:
    call = a_call(from_number=NUMBER, ended_at=NOON)
    await keep(records, shelf, call)
    assert (await records.wishes.settle(call.call_id, shelf, NOON)).total == 0
    assert not await records.wishes.is_noted(call.call_id)


async def test_an_order_that_waits_stays(records: Records, shelf: Shelf) -> None:
    order, _ = await records.orders.accept(an_order(number=NUMBER, name="Maria"), PLENTY)
    assert (await records.wishes.forget_number(NUMBER, shelf, NOON)).in_progress == 1
    kept = await records.orders.get(order.call_id)
    assert kept is not None and (kept.state, kept.name) == (OrderState.QUEUED, "Maria")


# --- a caller whose number may be forged ----------------------------------------------------------


async def test_one_call_can_be_forgotten_and_the_others_of_its_number_stay(
    records: Records, shelf: Shelf
) -> None:
    mine, others = (a_call(from_number=NUMBER, ended_at=NOON) for _ in range(2))
    for call in (mine, others):
        await keep(records, shelf, call)
    await records.memories.keep(somebody())
    await records.wishes.forget_call(mine.call_id, shelf, NOON)
    assert await records.wishes.is_noted(mine.call_id)
    assert (await records.diaries.of(mine.call_id)).turns == ()
    assert len((await records.diaries.of(others.call_id)).turns) == 1
    assert await records.memories.of(NUMBER) == (somebody(),)


async def test_with_it_goes_what_is_remembered_of_one_person(
    records: Records, shelf: Shelf
) -> None:
    pedro = somebody(told("night_train"), name="Pedro")
    await records.memories.keep(pedro)
    await records.memories.keep(somebody(told("lighthouse")))
    call = a_call(from_number=NUMBER)
    await records.calls.save(call)
    forgotten = await records.wishes.forget_call(
        call.call_id, shelf, NOON, person=(NUMBER, "maria")
    )
    assert (forgotten.rows["remembered_callers"], forgotten.rows["told_stories"]) == (1, 1)
    assert await records.memories.of(NUMBER) == (pedro,)


async def test_who_is_called_by_us_is_forgotten_like_who_calls(
    records: Records, shelf: Shelf
) -> None:
    call = a_call(
        direction=Direction.OUTBOUND, from_number="+12025550100", to_number=NUMBER, ended_at=NOON
    )
    await keep(records, shelf, call)
    assert (await records.wishes.forget_number(NUMBER, shelf, NOON)).rows["call_turns"] == 1


async def test_no_limit_is_looser_than_before(records: Records, shelf: Shelf) -> None:
    await records.wishes.forget_number(NUMBER, shelf, NOON)
    assert await rings(records, NO_LIMITS) is None
