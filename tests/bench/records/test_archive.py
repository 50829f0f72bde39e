"""The made-up calls, and whether every page of the desk is asked for."""

import random
import sqlite3
from contextlib import closing
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bench.records import archive
from bench.records.archive import AT_ONCE, COLUMNS, NOW, TURNS, YEAR_S, batches, made
from bot.records import migrate

pytestmark = pytest.mark.unit


def test_a_call_is_made_with_all_that_belongs_to_it() -> None:
    rows = made(5, 10, random.Random(1)).rows
    assert {name: len(rows[name]) for name in COLUMNS} == {
        "calls": 1,
        "call_turns": TURNS,
        "call_usage": 2,
    }
    assert all(len(row) == len(COLUMNS[name]) for name in COLUMNS for row in rows[name])
    assert len({row[0] for name in COLUMNS for row in rows[name]}) == 1, "one call_id"


def test_the_calls_lie_over_a_year_the_oldest_first() -> None:
    (rows,) = batches(100)
    began = [row[5] for row in rows["calls"]]
    assert began == sorted(began)
    assert began[0] == NOW - timedelta(seconds=YEAR_S) and began[-1] < NOW


def test_many_calls_come_some_at_a_time() -> None:
    sizes = [len(rows["calls"]) for rows in batches(AT_ONCE + 10)]
    assert sizes == [AT_ONCE, 10]


async def test_every_page_is_asked_for_and_found(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    url = f"sqlite+aiosqlite:///{path}"
    await migrate(url)
    archive.fill_sqlite(path, 150)
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT count(*) FROM calls").fetchone() == (150,)
    found = await archive.ask(url)
    assert set(found) == {*archive.questions("+1"), "the 40th page"}
    assert all(seconds for seconds in found.values())


def test_the_table_has_a_line_for_each_page() -> None:
    out = StringIO()
    archive.show({"the first page": [0.1, 0.3, 0.2]}, Console(file=out, width=80))
    assert "200 ms" in out.getvalue() and "300 ms" in out.getvalue()
