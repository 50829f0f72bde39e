"""What each process of a call loads before there is one."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from livekit.agents import JobProcess

from bot.livekit_gaps import load_native_library
from bot.money.prices import PriceTable
from bot.records import Records, RecordsError
from bot.records.rehearsal import rehearse_reading
from bot.settings import Settings
from bot.talk.audio import load_vad
from bot.talk.clients import make_clients
from bot.talk.warm import Warm

if TYPE_CHECKING:
    from bot.telemetry.tracing import Tracing


def prewarm(settings: Settings, process: JobProcess) -> None:
    """Load what every call needs, before there is one."""
    load_native_library()
    prices = PriceTable.load(settings.kept.prices)
    tracing = _start_tracing(settings)
    records = Records.open(settings.database_url, announces=settings.webhooks.is_on)
    clients = make_clients(settings.providers)
    Warm(settings, load_vad(), clients, prices, records, tracing).keep(process)
    # A database that is away is complained of by the call that needs it.
    with suppress(RecordsError):
        asyncio.run(rehearse_reading(records))


def _start_tracing(settings: Settings) -> "Tracing | None":
    wanted = settings.telemetry
    if wanted.endpoint is None:
        return None
    # Imported only here: whoever has no collector does not load it.
    from bot.telemetry.tracing import Tracing

    headers = wanted.headers.get_secret_value() if wanted.headers else ""
    return Tracing(wanted.endpoint.get_secret_value(), headers)
