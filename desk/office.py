"""What the desk works with: the records, and the doors through which it asks others to act."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.records import CallRecord, Limit, Records
from bot.records.sound.shelf import Shelf
from sip.doctor.finding import Finding


@dataclass(frozen=True)
class Office:
    """Everything a page may use.

    `say_goodbye(call)` asks a call to end with Echo's goodbye; raises DoorClosed. `listen(call)` is
    its sound as a WAV file without an end; before the first part it may raise DoorClosed, too.
    `look_at_line()` walks the chain from the number to the agent. `worker()` is what the worker on
    this machine says of itself, None when there is none. `recordings`: those of calls, as far as
    this machine has them. `line_limits`: what the whole line may have in a
    day; without an entry as much as it likes. `region`: whose national numbers people type.
    """

    records: Records
    say_goodbye: Callable[[CallRecord], Awaitable[None]]
    listen: Callable[[CallRecord], AsyncGenerator[bytes, None]]
    look_at_line: Callable[[], Awaitable[list[Finding]]]
    worker: Callable[[], Awaitable[dict[str, Any] | None]]
    clock: Callable[[], datetime]
    recordings: Shelf
    line_limits: Mapping[Limit, float]
    region: str | None
    keeps_words: bool


class DoorClosed(Exception):
    """Whoever was asked to act did not answer; the text says who, without addresses."""
