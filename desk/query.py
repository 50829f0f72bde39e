"""What somebody typed into the filters, as a filter; what cannot be understood is said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from bot.records import AgentReached, Direction, EndReason
from bot.records.survey import CallFilter, Cursor
from sip.calls.number import to_e164
from sip.errors import InvalidNumber

FIELDS = (
    *("number", "direction", "reason", "agent"),
    *("since", "until", "shortest", "longest", "slow"),
)


@dataclass(frozen=True)
class Query:
    """`typed` is shown again as it was; `problems` in words."""

    wanted: CallFilter
    below: Cursor | None
    typed: dict[str, str]
    problems: tuple[str, ...]

    def address(self, path: str, below: Cursor | None = None) -> str:
        """`path` with the same filter, for a page below another."""
        fields = {name: value for name, value in self.typed.items() if value}
        if below is not None:
            fields["below"] = str(below)
        return f"{path}?{urlencode(fields)}" if fields else path


def spelled(number: str, region: str | None) -> str:
    """A number as the records spell it; what is none (a SIP user's name) stays as it is."""
    try:
        return to_e164(number, region)
    except InvalidNumber:
        return number.replace("\0", "").strip()  # PostgreSQL takes it in no text


def read_query(fields: Mapping[str, str], region: str | None) -> Query:
    """The filter that the fields of a form ask for."""
    typed = {name: fields.get(name, "").strip()[:200] for name in FIELDS}
    problems: list[str] = []

    def read(name: str, parse: Callable[[str], Any], wrong: str) -> Any:
        text = typed[name]
        if not text:
            return None
        try:
            return parse(text)
        except (ValueError, OverflowError):
            problems.append(f"{name}: {wrong}")
            return None

    wanted = CallFilter(
        number=read("number", lambda text: spelled(text, region), ""),
        direction=read("direction", Direction, "no such direction"),
        end_reason=read("reason", EndReason, "no such reason"),
        agent_reached=read("agent", AgentReached, "no such agent"),
        since=read("since", _day, "write a day like 2026-11-24"),
        until=read("until", _day_after, "write a day like 2026-11-24"),
        shortest_s=read("shortest", _seconds, "write seconds"),
        longest_s=read("longest", _seconds, "write seconds"),
        slow_s=read("slow", _seconds, "write seconds"),
    )
    return Query(wanted, _below(fields.get("below", "")), typed, tuple(problems))


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


def _day_after(text: str) -> datetime:
    return _day(text) + timedelta(days=1)


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1e9:
        raise ValueError("not a length of time")
    return value


def _below(text: str) -> Cursor | None:
    try:
        return Cursor.parse(text) if text else None
    except ValueError:
        return None
