"""A simulated fleet: nobody is forgotten, and an upgrade cuts no call."""

from dataclasses import replace

import pytest
import typer
from typer.testing import CliRunner

from bench.fleet.__main__ import main
from bench.fleet.fleet import Fleet, Plan
from bench.fleet.worker import PROCESS_CPU_S, SETUP_CPU_S, SETUP_WAIT_S, Kind, Worker

pytestmark = pytest.mark.unit

KIND = Kind(max_calls=10, cores=4, call_core=0.16, idle_processes=2)
PLAN = Plan(calls=40, kind=KIND, workers=8, call_s=60, max_call_s=200)


def test_the_first_caller_waits_for_the_work_and_for_nothing_else() -> None:
    worker = Worker(KIND)
    alone = 1 - KIND.call_core / KIND.cores
    assert worker.take(100.0) == pytest.approx(100 + SETUP_CPU_S / alone + SETUP_WAIT_S)


def test_whoever_comes_when_no_process_is_ready_waits_for_one() -> None:
    worker = Worker(Kind(max_calls=10, cores=4, call_core=0.0, idle_processes=1))
    first, second = worker.take(100.0), worker.take(100.0)
    assert second - first == pytest.approx(PROCESS_CPU_S)


def test_a_worker_that_is_full_or_drains_takes_nothing_whatever_was_told_of_it() -> None:
    assert Worker(KIND, calls=KIND.max_calls - 1).has_room
    assert not Worker(KIND, calls=KIND.max_calls).has_room
    assert not Worker(KIND, is_draining=True).has_room


def test_a_fleet_with_room_takes_every_call() -> None:
    seen = Fleet(PLAN).run()
    assert (seen.no_room, seen.overlooked) == (0, 0)
    assert 40 < seen.most_at_once < 80
    # Two thirds of a call a second, for three of the longest calls.
    assert len(seen.waits_s) == pytest.approx(400, rel=0.2)


def test_a_fleet_that_is_too_small_says_how_many_found_no_place() -> None:
    seen = Fleet(replace(PLAN, workers=3)).run()
    assert seen.most_at_once == 3 * KIND.max_calls
    assert seen.no_room > 0


def test_what_is_refused_by_one_is_taken_by_the_next() -> None:
    seen = Fleet(replace(PLAN, workers=5)).run()
    assert seen.offers_refused > 0
    assert seen.overlooked < seen.offers_refused


def test_an_upgrade_replaces_every_worker_and_cuts_no_call() -> None:
    fleet = Fleet(replace(PLAN, upgrade_at_once=2))
    old = list(fleet._workers)
    seen = fleet.run()
    assert (seen.no_room, seen.overlooked) == (0, 0)
    assert seen.upgrade_s is not None and seen.waits_in_upgrade_s
    # Four times two workers, each as long as its longest call at most.
    assert seen.upgrade_s < 4 * (PLAN.max_call_s + 10) + 20
    assert not any(each in fleet._workers for each in old)
    assert len(fleet._workers) == PLAN.workers


def test_the_same_chance_tells_the_same() -> None:
    assert Fleet(PLAN).run() == Fleet(PLAN).run()
    assert Fleet(PLAN).run() != Fleet(replace(PLAN, seed=2)).run()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--calls", "60"], 0, "0 for want of room"),
        (["--calls", "60", "--spare", "0"], 1, "for want of room"),
        (["--calls", "60", "--upgrade-at-once", "2"], 0, "the upgrade"),
        (["--calls", "60", "--upgrade-at-once", "99"], 2, "there are only"),
        (["--calls", "0"], 2, "Error"),
    ],
)
def test_the_command_says_what_was_seen(arguments: list[str], code: int, words: str) -> None:
    app = typer.Typer()
    app.command()(main)
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == code, found.output
    assert words in found.output
