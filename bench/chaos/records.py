"""The records of a run, read beside the line as an operator would, whichever database it is."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bench.chaos.seen import Row
from bot.database_url import async_url

_LIMIT_S = 3
# What would drive a terminal, or break a line, wherever the text is shown.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_FIRST = "SELECT end_reason, error, ended_at FROM calls ORDER BY started_at LIMIT 1"
_ALL = "SELECT * FROM calls"


@dataclass(frozen=True)
class Records:
    """At one address. Questions that the database does not answer are answered with None."""

    url: str

    async def first(self) -> Row | None:
        """The record of the first call; None, too, where there is none."""
        rows = await self._ask(_FIRST)
        if not rows:
            return None
        row = rows[0]
        return Row(row["end_reason"], row["error"], row["ended_at"] is not None)

    async def of_caller(self, number: str) -> tuple[str, bool]:
        """How the last call of a number stands, in words, and whether it is closed."""
        rows = [row for row in await self._ask(_ALL) or [] if row["from_number"] == number]
        if not rows:
            return "none", False
        row = max(rows, key=lambda each: str(each["started_at"]))
        reason, error = row["end_reason"] or "no reason", row["error"]
        is_closed = row["ended_at"] is not None
        return f"{reason}{f' ({error})' if error else ''}{'' if is_closed else ', open'}", is_closed

    async def reasons(self) -> Counter[str]:
        """How many calls have ended for which reason; "open" where one has not."""
        rows = await self._ask(_ALL) or []
        return Counter(
            "open" if row["ended_at"] is None else str(row["end_reason"]) for row in rows
        )

    async def jobs(self) -> dict[str, str]:
        """Which job has, or had, each call."""
        return {row["call_id"]: row["job_id"] for row in await self._ask(_ALL) or []}

    async def unclean(self) -> list[str]:
        """Columns in which something stands that is no clean line of text."""
        return sorted(
            {
                name
                for row in await self._ask(_ALL) or []
                for name, value in row.items()
                if isinstance(value, str) and _CONTROL.search(value)
            }
        )

    async def _ask(self, question: str) -> list[dict[str, Any]] | None:
        engine = create_async_engine(_read_only(self.url), poolclass=NullPool)
        try:
            async with engine.connect() as connection:
                rows = await connection.execute(sqlalchemy.text(question))
                return [dict(row) for row in rows.mappings()]
        except (sqlalchemy.exc.SQLAlchemyError, OSError, TimeoutError):
            return None
        finally:
            await engine.dispose()


def _read_only(url: str) -> str:
    """Looking must not create a database file that has been deleted."""
    url = async_url(url)
    scheme, path = url.split("://", 1)
    if not scheme.startswith("sqlite"):
        return url
    return f"{scheme}:///file:{path.removeprefix('/')}?mode=ro&uri=true"
