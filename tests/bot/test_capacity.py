"""What so many calls at once need, and what does not work as programs come."""

import json
from dataclasses import replace

import pytest
import typer
from typer.testing import CliRunner, Result

from bot import capacity
from bot.capacity import Machine, plan, warnings

pytestmark = pytest.mark.unit

MACHINE = Machine(cores=4, memory_gb=8.0, call_core=0.14)


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(capacity.main)
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize(
    ("machine", "calls"),
    [
        (MACHINE, 20),  # 4 cores * 0.7 / 0.14
        (replace(MACHINE, cores=1), 5),
        (replace(MACHINE, call_core=0.28), 10),
        (replace(MACHINE, memory_gb=2.0), 13),  # (1400 MB - 350) / 80
        (replace(MACHINE, memory_gb=0.5), 0),
    ],
)
def test_a_machine_holds_what_its_cores_and_its_memory_allow(machine: Machine, calls: int) -> None:
    assert machine.calls == calls


@pytest.mark.parametrize(("calls", "workers"), [(1, 2), (20, 2), (21, 3), (500, 26)])
def test_one_worker_is_spare(calls: int, workers: int) -> None:
    assert plan(calls, MACHINE).workers == workers


def test_every_part_grows_with_the_calls() -> None:
    few, many = plan(100, MACHINE), plan(1000, MACHINE)
    assert few.sip_ports == 100 and many.sip_ports == 1000
    assert many.livekit_ports == 2000
    assert many.sip_nodes > few.sip_nodes
    assert many.database_connections == 1000 + many.workers + 2
    assert many.transcriptions == many.voices_or_realtime_sessions == 1000


def test_a_machine_that_holds_no_call_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot hold one call"):
        plan(1, replace(MACHINE, memory_gb=0.5))


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        (10, []),
        (25, ["more than one worker"]),
        (100, ["max_connections", "more than one worker"]),
        (20_000, ["max_connections", "more than one worker", "rtp_port"]),
    ],
)
def test_what_programs_do_not_allow_by_default_is_told(calls: int, words: list[str]) -> None:
    told = warnings(plan(calls, MACHINE))
    assert len(told) == len(words)
    assert all(word in line for word, line in zip(words, told, strict=True))


def test_people_read_lines_and_machines_json() -> None:
    people, machines = run("--calls", "500"), run("--calls", "500", "--json")
    assert "500 calls at once need" in people.output
    assert "! PostgreSQL accepts 97 connections" in people.output
    answer = json.loads(machines.output)
    assert answer["calls"] == 500 and len(answer["warnings"]) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--calls", "0"), "greater than or equal to 1"),
        (("--calls", "5", "--memory-gb", "0.5"), "cannot hold one call"),
        ((), "--calls"),
    ],
)
def test_a_wrong_use_is_told_and_exits_with_2(arguments: tuple[str, ...], words: str) -> None:
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert words in answer.output
