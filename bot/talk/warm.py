"""What a process holds ready before its call comes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from livekit.agents import JobProcess
from livekit.agents.vad import VAD

from bot.money.prices import PriceTable
from bot.records.records import Records
from bot.settings import Settings
from bot.talk.clients import Clients

if TYPE_CHECKING:  # nothing of it is loaded where there is no collector
    from bot.telemetry.tracing import Tracing

_KEY = "warm"


@dataclass(frozen=True, slots=True)
class Warm:
    """Loaded once a process. The settings are those that the worker was started with: a file that
    is edited meanwhile must not break the next call. `tracing`: None where there is no collector.
    """

    settings: Settings
    vad: VAD
    clients: Clients
    prices: PriceTable
    records: Records
    tracing: "Tracing | None" = None

    def keep(self, process: JobProcess) -> None:
        """Leave it with the process for the job that will come."""
        process.userdata[_KEY] = self

    @property
    def listener(self) -> Callable[[str, datetime], None] | None:
        """Whoever is told of the call's events, beside its diary."""
        return self.tracing.note if self.tracing is not None else None

    @staticmethod
    def of(process: JobProcess) -> "Warm":
        """What was kept. A process without it was started by something else: TypeError."""
        warm = process.userdata.get(_KEY)
        if not isinstance(warm, Warm):
            raise TypeError("the process was not prepared by the worker")
        return warm
