"""Pages and figures of many calls, on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.records import AgentReached, BlockedBy, CallRecord, Direction, EndReason, Records
from bot.records.record import utc_now
from bot.records.survey import CallFilter, Cursor
from tests.bot.records.diary.entries import a_turn, some_usage
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call

pytestmark = EVERY_DATABASE

OTHER = "+12025550199"


async def keep(records: Records, number: int) -> list[CallRecord]:
    """So many calls, one a minute; the oldest first."""
    kept = [a_call(started_at=NOON + timedelta(minutes=minute)) for minute in range(number)]
    for call in kept:
        await records.calls.save(call)
    return kept


async def found(records: Records, wanted: CallFilter) -> list[CallRecord]:
    return list((await records.survey.page(wanted, 50)).calls)


async def test_pages_hold_every_call_once_the_newest_first(records: Records) -> None:
    kept = await keep(records, 7)
    seen: list[CallRecord] = []
    below: Cursor | None = None
    for expected in (3, 3, 1):
        page = await records.survey.page(CallFilter(), 3, below)
        assert len(page.calls) == expected
        seen += page.calls
        below = page.next
    assert below is None
    assert seen == kept[::-1]


async def test_calls_of_the_same_moment_are_not_lost_between_pages(records: Records) -> None:
    kept = [a_call() for _ in range(5)]
    for call in kept:
        await records.calls.save(call)
    seen: list[CallRecord] = []
    below: Cursor | None = None
    for _ in range(3):
        page = await records.survey.page(CallFilter(), 2, below)
        seen += page.calls
        below = page.next
    assert sorted(call.call_id for call in seen) == sorted(call.call_id for call in kept)


def a_long_call(seconds: float) -> CallRecord:
    return a_call(answered_at=NOON, ended_at=NOON + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("wanted", "wished", "other"),
    [
        (CallFilter(number=OTHER), a_call(from_number=OTHER), a_call()),
        (CallFilter(number=OTHER), a_call(to_number=OTHER), a_call()),
        (
            CallFilter(direction=Direction.OUTBOUND),
            a_call(direction=Direction.OUTBOUND),
            a_call(),
        ),
        (
            CallFilter(end_reason=EndReason.SILENCE),
            a_call(end_reason=EndReason.SILENCE, ended_at=NOON),
            a_call(end_reason=EndReason.CRASHED, ended_at=NOON),
        ),
        (
            CallFilter(agent_reached=AgentReached.STORY),
            a_call(agent_reached=AgentReached.STORY),
            a_call(),
        ),
        (
            CallFilter(since=NOON + timedelta(days=1)),
            a_call(started_at=NOON + timedelta(days=1)),
            a_call(),
        ),
        (
            CallFilter(until=NOON + timedelta(days=1)),
            a_call(),
            a_call(started_at=NOON + timedelta(days=1)),
        ),
        (CallFilter(shortest_s=60), a_long_call(61), a_long_call(59)),
        (CallFilter(longest_s=60), a_long_call(59), a_long_call(61)),
        (CallFilter(longest_s=60), a_long_call(59), a_call()),
    ],
)
async def test_a_filter_finds_what_it_says(
    records: Records, wanted: CallFilter, wished: CallRecord, other: CallRecord
) -> None:
    for call in (wished, other):
        await records.calls.save(call)
    assert await found(records, wanted) == [wished]


async def test_slow_calls_are_found_by_their_turns(records: Records) -> None:
    slow, quick = a_call(), a_call()
    for call, gap_s in ((slow, 2.5), (quick, 0.8)):
        await records.calls.save(call)
        await records.diaries.write(call.call_id, [(1, a_turn(gap_s=gap_s))])
    assert await found(records, CallFilter(slow_s=2)) == [slow]


async def test_figures_count_what_was_reached_and_what_it_cost(records: Records) -> None:
    told = a_call(
        agent_reached=AgentReached.STORY, end_reason=EndReason.STORY_FINISHED, ended_at=NOON
    )
    old = replace(told, call_id="old", started_at=NOON - timedelta(days=3))
    for call in (told, a_call(), old):
        await records.calls.save(call)
        await records.diaries.write(call.call_id, [], [some_usage(1, 0.25)])
    figures = await records.survey.figures(NOON - timedelta(hours=1))
    assert (figures.calls, figures.reached_story, figures.finished) == (2, 1, 1)
    assert figures.cost_usd == pytest.approx(0.5)


async def test_the_gaps_are_ranked(records: Records) -> None:
    turns = [(number, a_turn(gap_s=number / 100)) for number in range(1, 101)]
    await records.diaries.write("c1", [*turns, (101, a_turn(gap_s=None))])
    figures = await records.survey.figures(NOON)
    assert (figures.gap_p50_s, figures.gap_p95_s) == (0.51, 0.96)


async def test_without_calls_nothing_is_known(records: Records) -> None:
    figures = await records.survey.figures(NOON)
    assert (figures.calls, figures.gap_p50_s, figures.cost_usd) == (0, None, 0)


async def test_orders_are_counted_by_state(records: Records) -> None:
    await records.orders.accept(an_order(asked_at=utc_now()), PLENTY)
    await records.orders.block(OTHER, BlockedBy.OPERATOR, NOON)
    counts = await records.survey.orders(NOON)
    assert ({str(state): n for state, n in counts.by_state.items()}, counts.blocked) == (
        {"queued": 1},
        1,
    )


async def test_the_end_of_a_page_survives_being_written_down(records: Records) -> None:
    cursor = Cursor.after(a_call())
    assert Cursor.parse(str(cursor)) == cursor
    for text in ("", "x", "2026-01-01T00:00:00_abc", f"{datetime.now().isoformat()}+00:00_"):
        with pytest.raises(ValueError):
            Cursor.parse(text)


async def test_the_calls_of_a_number_are_those_from_it_and_those_to_it(records: Records) -> None:
    from_it, to_it = a_call(from_number=OTHER), a_call(to_number=OTHER)
    to_itself = a_call(from_number=OTHER, to_number=OTHER, started_at=NOON + timedelta(minutes=1))
    for call in (from_it, to_it, to_itself, a_call()):
        await records.calls.save(call)
    calls = await found(records, CallFilter(number=OTHER))
    assert calls[0] == to_itself
    assert sorted(call.call_id for call in calls[1:]) == sorted([from_it.call_id, to_it.call_id])


async def test_the_calls_of_a_number_are_paged_like_all(records: Records) -> None:
    kept = [
        a_call(
            started_at=NOON + timedelta(minutes=minute),
            **{"from_number" if minute % 2 else "to_number": OTHER},
        )
        for minute in range(5)
    ]
    for call in (*kept, a_call()):
        await records.calls.save(call)
    seen: list[CallRecord] = []
    below: Cursor | None = None
    for _ in range(3):
        page = await records.survey.page(CallFilter(number=OTHER), 2, below)
        seen, below = [*seen, *page.calls], page.next
    assert seen == kept[::-1]
    assert below is None


@pytest.mark.parametrize("few", [0, 5000])
async def test_slow_calls_are_found_whether_they_are_few_or_many(
    records: Records, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr("bot.records.survey.survey._FEW", few)
    slow, quick, silent = await keep(records, 3)
    await records.diaries.write(slow.call_id, [(1, a_turn(gap_s=0.4)), (2, a_turn(gap_s=3.5))])
    await records.diaries.write(quick.call_id, [(1, a_turn(gap_s=0.4))])
    assert await found(records, CallFilter(slow_s=3.0)) == [slow]
    assert await found(records, CallFilter(slow_s=0.4)) == [quick, slow]
    assert silent not in await found(records, CallFilter(slow_s=0.0))
