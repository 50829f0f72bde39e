"""A whole list, on the wire: limits, retries, and a crash in the middle."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sip.calls.outcome import Outcome
from tests.e2e.outbound.carrier import carrier, refusing
from tests.e2e.outbound.operator import Operator

pytestmark = pytest.mark.stack

SHORT = ("--trunk", "carrier", "--ring-timeout", "5", "--json")


# Longer than a command waits for one lock, shorter than a job tries to write its call's end.
LOCKED_S = 11.0


@contextmanager
def locked(url: str) -> Iterator[None]:
    """While inside, nobody else can write into the database."""
    database = sqlite3.connect(url.split(":///", 1)[1], isolation_level=None, timeout=10)
    try:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")
    finally:
        database.close()


def written(folder: Path, *lines: str) -> str:
    file = folder / "numbers.csv"
    file.write_text("\n".join(("number,name", *lines)))
    return str(file)


async def test_a_list_killed_in_the_middle_goes_on_and_calls_nobody_twice(
    operator: Operator, tmp_path: Path
) -> None:
    numbers = [operator.new_number() for _ in range(3)]
    file = written(tmp_path, *numbers, "911,Nobody")
    one_by_one = {"STORYLINE_CALLS_AT_ONCE": "1"}
    scenario = refusing("603 Decline", rings=True)
    async with carrier(operator.carrier_port, scenario, operator.new_folder()) as line:
        first = await operator.start("--file", file, *SHORT, env=one_by_one)
        await line.wait_invite()
        first.kill()
        ended = await operator.run("--file", file, *SHORT, env=one_by_one)
        rows = ended.answer["rows"]
        outcomes = [row["outcome"] for row in rows]
        assert outcomes == [*[Outcome.DECLINED.value] * 3, Outcome.REFUSED.value], ended
        assert [row["attempts"] for row in rows] == [1, 1, 1, 0]
        assert (ended.exit_code, ended.answer["summary"]) == (0, {"declined": 3, "refused": 1})
        again = await operator.run("--file", file, *SHORT)
        assert json.loads(again.out) == ended.answer
        assert line.invites == 3
    for number in numbers:
        await operator.ended(number)


async def test_a_database_that_takes_no_writes_for_a_while_stops_no_list(
    operator: Operator, tmp_path: Path
) -> None:
    numbers = [operator.new_number() for _ in range(2)]
    file = written(tmp_path, *numbers)
    async with carrier(
        operator.carrier_port, refusing("603 Decline"), operator.new_folder()
    ) as line:
        command = await operator.start("--file", file, *SHORT, env={"STORYLINE_CALLS_AT_ONCE": "1"})
        await line.wait_invite()
        with locked(operator.house.stack.database_url):
            await asyncio.sleep(LOCKED_S)
        ended = await command.wait(90.0)
        assert (ended.exit_code, ended.answer["summary"]) == (0, {"declined": 2}), ended
        assert line.invites == 2


async def test_a_busy_line_is_called_again_by_the_rule(operator: Operator, tmp_path: Path) -> None:
    file = written(tmp_path, operator.new_number())
    async with carrier(
        operator.carrier_port, refusing("486 Busy Here"), operator.new_folder()
    ) as line:
        ended = await operator.run("--file", file, *SHORT, "--retry", "busy=1x1")
        [row] = ended.answer["rows"]
        assert (row["outcome"], row["attempts"], row["sip_status"]) == ("busy", 2, 486)
        assert line.invites == 2


async def test_people_outside_their_calling_hours_are_left_for_later(
    operator: Operator, tmp_path: Path
) -> None:
    file = written(tmp_path, operator.new_number())
    closed = {"STORYLINE_CALLING_HOURS": "00:00-00:01"}
    ended = await operator.run("--file", file, *SHORT, env=closed)
    [row] = ended.answer["rows"]
    assert (ended.exit_code, row["outcome"], row["later"]) == (18, None, True), ended


async def test_a_dry_run_of_a_list_says_what_would_be_and_calls_nobody(
    operator: Operator, tmp_path: Path
) -> None:
    number, blocked = operator.new_number(), operator.new_number()
    await operator.run("block", blocked)
    file = written(tmp_path, number, blocked, "911,Nobody")
    async with carrier(
        operator.carrier_port, refusing("486 Busy Here"), operator.new_folder()
    ) as line:
        dry = await operator.run("--file", file, *SHORT, "--dry-run")
        verdicts = [row["verdict"] for row in dry.answer["dry_run"]]
        assert (dry.exit_code, verdicts) == (0, ["would-call", "refused", "refused"]), dry
        assert [o for o in await operator.ledger.recent(1000) if o.number == number] == []
        await operator.run("--file", file, *SHORT)
        assert line.invites == 1, "the list itself; so a call of the dry run would have been seen"
        after = await operator.run("--file", file, *SHORT, "--dry-run")
        assert after.answer["dry_run"][0]["verdict"] == "done", after
