"""What a process holds ready before its call comes."""

from dataclasses import dataclass

from livekit.agents import JobProcess
from livekit.agents.vad import VAD

from bot.money.prices import PriceTable
from bot.settings import Settings
from bot.talk.models import Clients

_KEY = "warm"


@dataclass(frozen=True, slots=True)
class Warm:
    """Loaded once a process. The settings are those that the worker was started with: a file that
    is edited meanwhile must not break the next call.
    """

    settings: Settings
    vad: VAD
    clients: Clients
    prices: PriceTable

    def keep(self, process: JobProcess) -> None:
        """Leave it with the process for the job that will come."""
        process.userdata[_KEY] = self

    @staticmethod
    def of(process: JobProcess) -> "Warm":
        """What was kept. A process without it was started by something else: TypeError."""
        warm = process.userdata.get(_KEY)
        if not isinstance(warm, Warm):
            raise TypeError("the process was not prepared by the worker")
        return warm
