"""`python -m bench.records.archive`: how soon the desk shows a page when there are very many calls.

Fills an empty database with made-up calls of a year, their turns and what they used, and asks the
desk itself for its pages. PostgreSQL: give the address of a database without calls.
"""

import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Annotated, Any
from uuid import UUID

import asyncpg  # type: ignore[import-untyped]
import httpx2
import typer
from rich.console import Console
from rich.table import Table

from bot.database_url import async_url
from bot.records import CallRecord, Records, migrate
from bot.records.sound.shelf import Shelf
from desk.app import make_app
from desk.office import DoorClosed, Office

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
YEAR_S = 365 * 86_400
TURNS, MODELS = 3, ("gpt-realtime", "nova-3")
CALLERS = 200_000
SLOW_S = 3.0
AT_ONCE = 20_000
REASONS = ("story_finished", "caller_hung_up", "silence", "time_limit", "provider_failure")
TIMES = 5

Row = tuple[Any, ...]
COLUMNS: dict[str, tuple[str, ...]] = {
    "calls": (
        *("call_id", "direction", "from_number", "to_number", "room_name", "started_at"),
        *("answered_at", "ended_at", "end_reason", "agent_reached", "turns"),
    ),
    "call_turns": (
        *("call_id", "number", "who", "began_at", "ended_at", "gap_s"),
        *("interrupted", "filled", "apologised"),
    ),
    "call_usage": ("call_id", "provider", "model", "unit", "amount", "cost_usd"),
}


@dataclass(frozen=True)
class Made:
    """One call with what belongs to it, by table."""

    rows: dict[str, list[Row]]


def made(number: int, of: int, chance: random.Random) -> Made:
    """The `number`-th of so many calls, the oldest first; the same ones for the same `chance`."""
    call_id = str(UUID(int=chance.getrandbits(128)))
    began = NOW - timedelta(seconds=YEAR_S * (1 - number / of))
    answered = began + timedelta(seconds=0.5)
    ended = answered + timedelta(seconds=chance.uniform(5, 600))
    reason = chance.choices(REASONS, (60, 25, 8, 5, 2))[0]
    number_from = f"+1202{chance.randrange(CALLERS):07d}"
    call = (
        *(call_id, "inbound", number_from, "+12025550100", f"story-{number}", began),
        *(answered, ended, reason, chance.choice(("intro", "story")), TURNS),
    )
    turns = [
        (
            *(call_id, turn, "caller" if turn % 2 else "echo", answered + timedelta(seconds=turn)),
            *(answered + timedelta(seconds=turn + 1), chance.gammavariate(4, 0.15)),
            *(False, False, False),
        )
        for turn in range(TURNS)
    ]
    usage = [
        (call_id, "provider", model, "seconds", 60.0, chance.uniform(0.01, 0.3)) for model in MODELS
    ]
    return Made({"calls": [call], "call_turns": turns, "call_usage": usage})


def batches(calls: int) -> Iterator[dict[str, list[Row]]]:
    """All rows by table, some calls at a time."""
    chance = random.Random(calls)
    each = (made(number, calls, chance) for number in range(calls))
    while some := list(islice(each, AT_ONCE)):
        yield {name: [row for one in some for row in one.rows[name]] for name in COLUMNS}


def fill_sqlite(path: Path, calls: int) -> None:
    """Write into a file that has its tables."""

    def kept(value: Any) -> Any:
        # As SQLAlchemy keeps it: without a time zone, with all digits.
        return f"{value:%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value

    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA synchronous = OFF")
        for rows in batches(calls):
            for name, columns in COLUMNS.items():
                places = ", ".join("?" * len(columns))
                file.executemany(
                    f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({places})",
                    ([kept(value) for value in row] for row in rows[name]),
                )
            file.commit()
        file.execute("ANALYZE")


async def fill_postgresql(url: str, calls: int) -> None:
    """Write into a database that has its tables."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        for rows in batches(calls):
            for name, columns in COLUMNS.items():
                await connection.copy_records_to_table(name, columns=columns, records=rows[name])
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


def questions(someone: str) -> dict[str, str]:
    """What an operator asks for, by address."""
    return {
        "the first page": "/calls",
        "a caller's calls": f"/calls?number={someone.replace('+', '%2B')}",
        "calls that ended badly": "/calls?reason=provider_failure",
        "a month": "/calls?since=2026-03-01&until=2026-03-31",
        "slow turns, hardly any": f"/calls?slow={SLOW_S:g}",
        "slow turns, one in a hundred": f"/calls?slow={SLOW_S / 2:g}",
        "longer than 9 minutes": "/calls?shortest=540",
        "nobody has called so": "/calls?direction=web",
        "of a number, badly, in June": f"/calls?number={someone.replace('+', '%2B')}"
        "&reason=silence&since=2026-06-01&until=2026-06-30",
        "outbound": "/outbound",
        "line": "/line",
    }


def office(records: Records) -> Office:
    """The desk without a line behind it."""

    async def nobody(call: CallRecord) -> None:
        raise DoorClosed("there is no line")

    async def silence(call: CallRecord) -> AsyncGenerator[bytes, None]:
        await nobody(call)
        yield b""

    async def nothing() -> Any:
        return None

    async def no_findings() -> list[Any]:
        return []

    return Office(
        records=records,
        say_goodbye=nobody,
        listen=silence,
        look_at_line=no_findings,
        worker=nothing,
        clock=lambda: NOW,
        recordings=Shelf(Path("no-recordings")),
        line_limits={},
        region="US",
        keeps_words=False,
    )


async def ask(url: str) -> dict[str, list[float]]:
    """Seconds until each page was there, so many times, the last of a walk 40 pages down too."""
    found: dict[str, list[float]] = {}
    async with Records.open(url, patience_s=60) as records:
        app = make_app(office(records), secret="a secret of nobody, for a bench")
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            someone = await _someone(records)
            for name, address in questions(someone).items():
                found[name] = [await _seconds(client, address) for _ in range(TIMES)]
            found["the 40th page"] = await _deep(client)
    return found


async def _someone(records: Records) -> str:
    (call,) = await records.calls.recent(1)
    assert call.from_number is not None
    return call.from_number


async def _seconds(client: httpx2.AsyncClient, address: str) -> float:
    begun_s = time.perf_counter()
    answer = await client.get(address, timeout=120)
    answer.raise_for_status()
    return time.perf_counter() - begun_s


async def _deep(client: httpx2.AsyncClient) -> list[float]:
    address, took_s = "/calls", 0.0
    for _ in range(40):
        begun_s = time.perf_counter()
        page = await client.get(address, timeout=120)
        took_s = time.perf_counter() - begun_s
        _, _, rest = page.text.partition('href="/calls?below=')
        address = "/calls?below=" + rest.partition('"')[0].replace("&amp;", "&")
    return [took_s]


def show(found: Mapping[str, Sequence[float]], console: Console) -> None:
    table = Table("page", "median", "worst", "times")
    for name, seconds in found.items():
        numbers = (f"{1000 * value:.0f} ms" for value in (median(seconds), max(seconds)))
        table.add_row(name, *numbers, str(len(seconds)))
    console.print(table)


async def _run(calls: int, url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls.db"
        kept = async_url(url or f"sqlite:///{path}")
        await migrate(kept)
        begun_s = time.perf_counter()
        if url:
            await fill_postgresql(kept, calls)
        else:
            await asyncio.to_thread(fill_sqlite, path, calls)
        console = Console()
        console.print(f"{calls} calls written in {time.perf_counter() - begun_s:.0f} s")
        show(await ask(kept), console)


def main(
    calls: Annotated[int, typer.Option(min=100, help="How many.")] = 1_000_000,
    url: Annotated[str, typer.Option(help="An empty PostgreSQL, in place of an SQLite file.")] = "",
) -> None:
    """Fill a database and print how long each page of the desk takes."""
    asyncio.run(_run(calls, url))


if __name__ == "__main__":
    typer.run(main)
