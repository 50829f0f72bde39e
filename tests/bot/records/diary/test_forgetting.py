"""What must not be kept is gone from every table, and nothing else is."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from typer.testing import CliRunner

from bot.records import BlockedBy, CallRecord, Direction, Order, OrderState, Records
from bot.records.__main__ import app, spelled
from bot.records.database import create_engine
from bot.records.diary import Entry, Turn
from bot.records.diary.retention import until_night_s
from bot.records.sound.shelf import Shelf
from bot.records.table import metadata
from tests.bot.records.diary.entries import a_turn, an_event, some_usage
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call

pytestmark = EVERY_DATABASE

NUMBER = "+12025550123"
OTHER = "+12025550199"
NO_SHELF = Shelf(Path("no-such-folder"))


async def keep(records: Records, call: CallRecord) -> None:
    await records.calls.save(call)
    entries: list[tuple[int, Entry]] = [(1, an_event()), (2, a_turn(words="my number is secret"))]
    await records.diaries.write(call.call_id, entries, [some_usage()])


async def an_ended_order(records: Records, number: str) -> Order:
    order, _ = await records.orders.accept(an_order(number=number), PLENTY)
    await records.orders.cancel(order.call_id, NOON)
    return order


async def everything(url: str) -> str:
    """Every row of every table, as text."""
    engine = create_engine(url)
    try:
        async with engine.connect() as connection:
            rows = [
                f"{table.name}: {tuple(row)}"
                for table in metadata.sorted_tables
                for row in await connection.execute(select(table))
            ]
    finally:
        await engine.dispose()
    return "\n".join(rows)


async def test_nothing_is_left_of_a_number(records: Records, database: str) -> None:
    caller = a_call(from_number=NUMBER, ended_at=NOON)
    called = a_call(
        direction=Direction.OUTBOUND, from_number="+12025550100", to_number=NUMBER, ended_at=NOON
    )
    for call in (caller, called):
        await keep(records, call)
    await an_ended_order(records, NUMBER)
    forgotten = await records.forgetting.forget(NUMBER, NO_SHELF)
    assert forgotten.rows == {
        "call_turns": 2,
        "call_events": 2,
        "call_usage": 2,
        "webhooks": 0,
        "watch_acts": 0,
        "call_threads": 0,
        "calls_to_forget": 0,
        "outbound_calls": 1,
        "calls": 2,
        "told_stories": 0,
        "remembered_callers": 0,
    }
    left = await everything(database)
    assert NUMBER not in left and caller.call_id not in left and called.call_id not in left


async def test_others_are_left_alone(records: Records) -> None:
    call = a_call(from_number=OTHER, ended_at=NOON)
    await keep(records, call)
    order = await an_ended_order(records, OTHER)
    assert (await records.forgetting.forget(NUMBER, NO_SHELF)).total == 0
    assert await records.calls.get(call.call_id) == call
    assert len((await records.diaries.of(call.call_id)).turns) == 1
    assert await records.orders.get(order.call_id) is not None


async def test_our_own_number_forgets_nobody(records: Records) -> None:
    await keep(records, a_call(to_number="+12025550100", ended_at=NOON))
    assert (await records.forgetting.forget("+12025550100", NO_SHELF)).total == 0


async def test_a_call_in_progress_is_left_and_counted(records: Records) -> None:
    call = a_call(from_number=NUMBER, ended_at=None)
    await keep(records, call)
    forgotten = await records.forgetting.forget(NUMBER, NO_SHELF)
    assert (forgotten.total, forgotten.in_progress) == (0, 1)
    assert await records.calls.get(call.call_id) == call


async def test_the_do_not_call_list_keeps_its_entry(records: Records) -> None:
    await records.orders.block(NUMBER, BlockedBy.CALLEE, NOON)
    await records.forgetting.forget(NUMBER, NO_SHELF)
    assert await records.orders.is_blocked(NUMBER)


async def test_an_order_in_progress_stays(records: Records) -> None:
    order, _ = await records.orders.accept(an_order(number=NUMBER), PLENTY)
    assert (await records.forgetting.forget(NUMBER, NO_SHELF)).in_progress == 1
    kept = await records.orders.get(order.call_id)
    assert kept is not None and kept.state is OrderState.QUEUED


async def test_words_go_by_their_age_and_the_turns_stay(records: Records) -> None:
    await records.diaries.write("c1", [(1, a_turn(0, words="old")), (2, a_turn(60, words="new"))])
    dropped = await records.forgetting.drop_words(NOON + timedelta(seconds=30))
    turns: tuple[Turn, ...] = (await records.diaries.of("c1")).turns
    assert dropped == 1
    assert [turn.words for turn in turns] == [None, "new"]


async def test_the_command_says_how_many_rows_went(records: Records, database: str) -> None:
    await keep(records, a_call(from_number=NUMBER, ended_at=NOON))
    env = {
        "DATABASE_URL": database,
        "LIVEKIT_URL": "ws://127.0.0.1:9",
        **dict.fromkeys(
            ("LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "OPENAI_API_KEY", "DEEPGRAM_API_KEY"), "k"
        ),
    }
    run = CliRunner().invoke
    result = await asyncio.to_thread(run, app, ["forget", "+1 (202) 555-0123"], env=env)
    assert result.exit_code == 0, result.output
    rows, files = result.output.splitlines()[-2:]
    assert rows.split() == ["rows", "removed", "4"]
    assert files.split() == ["files", "removed", "0"]


async def test_a_night_is_never_missed(records: Records) -> None:
    def at(hour: int, minute: int) -> float:
        return until_night_s(datetime(2026, 3, 1, hour, minute, tzinfo=UTC))

    assert (at(3, 29), at(3, 30), at(4, 30)) == (60, 86400, 82800)


async def test_a_name_is_looked_for_as_it_is(records: Records) -> None:
    assert spelled(" alice ", None) == "alice"
    assert spelled("(202) 555-0123", "US") == NUMBER
