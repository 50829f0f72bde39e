"""What Prometheus reads: every call that ended, once, and this worker's load."""

import socket
from datetime import timedelta
from typing import cast

import aiohttp
import pytest

from bot.records import CallRecord, Direction, EndReason, Records, utc_now
from bot.records.diary import Entry, EventKind, Usage
from bot.worker.figures.metrics import Metrics
from bot.worker.figures.tally import Tally
from bot.worker.health import health_page
from bot.worker.server import Server
from sip.calls.outcome import Outcome
from tests.bot.records.diary.entries import a_turn, an_event, some_usage
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import a_call

pytestmark = pytest.mark.unit


class Counted:
    """A tally, and a clock that stands a minute after it began."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.metrics = Metrics()
        self.now = utc_now()
        self.tally = Tally(records, self.metrics, clock=lambda: self.now)
        self.now += timedelta(minutes=1)

    async def ends(self, *entries: Entry, **changes: object) -> CallRecord:
        ended_at = self.now - timedelta(seconds=10)
        values = {
            "started_at": ended_at - timedelta(seconds=60),
            "answered_at": ended_at - timedelta(seconds=59),
            "ended_at": ended_at,
            "end_reason": EndReason.STORY_FINISHED,
            **changes,
        }
        call = a_call(**values)
        await self.records.calls.save(call)
        await self.records.diaries.write(call.call_id, list(enumerate(entries, start=1)))
        return call

    async def lines(self) -> dict[str, float]:
        await self.tally.look()
        pairs = [
            line.rsplit(" ", 1)
            for line in self.metrics.text().decode().splitlines()
            if not line.startswith("#")
        ]
        return {name: float(value) for name, value in pairs}


async def test_a_call_is_counted_once_by_its_reason(records: Records) -> None:
    counted = Counted(records)
    await counted.ends()
    await counted.lines()
    name = 'storyline_calls_ended_total{direction="inbound",reason="story_finished"}'
    assert (await counted.lines())[name] == 1


async def test_calls_from_before_are_not_counted(records: Records) -> None:
    counted = Counted(records)
    await counted.ends(ended_at=counted.now - timedelta(minutes=2))
    assert not any(name.startswith("storyline_calls_ended_total") for name in await counted.lines())


async def test_a_call_whose_diary_is_not_written_yet_waits(records: Records) -> None:
    counted = Counted(records)
    await counted.ends(ended_at=counted.now - timedelta(seconds=1))
    assert (await counted.lines())["storyline_answer_seconds_count"] == 0
    counted.now += timedelta(seconds=10)
    assert (await counted.lines())["storyline_answer_seconds_count"] == 1


async def test_gaps_events_and_costs_are_counted(records: Records) -> None:
    counted = Counted(records)
    call = await counted.ends(a_turn(gap_s=0.9), a_turn(gap_s=None), an_event(EventKind.BARGE_IN))
    unknown = Usage(provider="p", model="brand-new", unit="input_text", amount=1)
    await records.diaries.write(call.call_id, [], [some_usage(1, 0.25), unknown])
    lines = await counted.lines()
    assert lines["storyline_response_gap_seconds_count"] == 1
    assert lines['storyline_response_gap_seconds_bucket{le="1.0"}'] == 1
    assert lines['storyline_events_total{kind="barge_in"}'] == 1
    assert lines["storyline_cost_usd_total"] == 0.25
    assert lines['storyline_calls_without_price_total{model="brand-new"}'] == 1


async def test_a_model_that_failed_is_counted_by_its_kind_alone(records: Records) -> None:
    counted = Counted(records)
    await counted.ends(error="tts_error: APIError('secret')")
    await counted.ends(error="a wish of +12025550123")
    lines = await counted.lines()
    errors = {name: value for name, value in lines.items() if "model_errors_total" in name}
    assert errors == {'storyline_model_errors_total{kind="tts_error"}': 1}


async def test_dials_are_counted_by_outcome(records: Records) -> None:
    counted = Counted(records)
    order, _ = await records.orders.accept(an_order(), PLENTY)
    await records.orders.end(order.call_id, Outcome.BUSY, counted.now)
    await counted.ends(call_id=order.call_id, direction=Direction.OUTBOUND)
    assert (await counted.lines())['storyline_dials_total{outcome="busy"}'] == 1


async def test_nothing_in_the_figures_says_who_called(records: Records) -> None:
    counted = Counted(records)
    await counted.ends(from_number="+12025550123")
    await counted.lines()
    assert b"2025550123" not in counted.metrics.text()


class _Load:
    """What the health page asks of a worker."""

    active_jobs = (1, 2, 3)
    max_calls = 8

    def why_not_ready(self) -> list[str]:
        return ["draining"]


async def test_the_health_page_shows_them_with_the_load(records: Records) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    load = cast(Server, _Load())
    async with (
        health_page(load, "127.0.0.1", port, lambda: True, metrics=Counted(records).metrics),
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        text = await answer.text()
        assert answer.content_type == "text/plain"
    for line in ("calls_in_progress 3.0", "calls_limit 8.0", "ready 0.0", "watch_blind 1.0"):
        assert f"storyline_{line}" in text
