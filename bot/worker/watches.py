"""The two watches over the calls: one from the database, one from LiveKit's rooms."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.records import Records
from bot.records.diary.retention import (
    heed_wishes,
    keep_memories_short,
    keep_sound_short,
    keep_words_short,
)
from bot.records.sound.shelf import Shelf
from bot.records.thread.sweeping import sweep
from bot.settings import Settings
from bot.webhooks.sender import Sender
from bot.worker.figures.metrics import Metrics
from bot.worker.figures.reports import Load, Reports
from bot.worker.figures.tally import Tally
from bot.worker.guardian import Guardian, no_jobs
from bot.worker.rescue import Rescue
from bot.worker.room_watch import RoomWatch
from bot.worker.rooms import Rooms

# A stuck question would blind the watch.
API_LIMIT_S = 4.0


@asynccontextmanager
async def watches(
    settings: Settings,
    metrics: Metrics | None = None,
    load: Callable[[RoomWatch], Load] | None = None,
    jobs: Callable[[], set[str]] = no_jobs,
) -> AsyncIterator[RoomWatch]:
    """Both watches run for as long as the block lasts, in any number of processes at once.

    Calls that end are counted in `metrics`. `load`: how this worker is, for the roster.
    `jobs`: the ids of those that run in it. One that is missing has no process, or a stopped one.
    """
    async with (
        Records.open(settings.database_url, announces=settings.webhooks.is_on) as records,
        settings.livekit.access.connect(limit_s=API_LIMIT_S) as livekit,
    ):
        rooms = Rooms(livekit, settings.worker.agent_name)
        reports = Reports(
            records.roster, metrics, None if load is None else lambda: load(room_watch)
        )
        room_watch = RoomWatch(rooms, did=reports.did)
        shelf = Shelf(settings.kept.recordings_dir)
        rescue = Rescue(records.threads, rooms, did=reports.did)
        guardian = Guardian(records.calls, rooms, did=reports.did, rescue=rescue, jobs=jobs)
        tasks = [
            asyncio.create_task(reports.run(), name="reports"),
            asyncio.create_task(guardian.run(), name="guardian"),
            asyncio.create_task(room_watch.run(), name="room watch"),
            asyncio.create_task(sweep(records.threads, settings.kept.unfinished), name="threads"),
            asyncio.create_task(
                keep_words_short(records.forgetting, settings.kept.keep_words_days),
                name="words",
            ),
            asyncio.create_task(
                keep_sound_short(records.forgetting, shelf, settings.kept.keep_recordings_days),
                name="recordings",
            ),
            asyncio.create_task(
                keep_memories_short(records.memories, settings.kept.memory_days), name="memories"
            ),
            asyncio.create_task(heed_wishes(records.wishes, shelf), name="wishes"),
        ]
        if settings.webhooks.is_on:
            sender = Sender(records, settings.webhooks)
            tasks.append(asyncio.create_task(sender.run(), name="webhooks"))
        if metrics is not None:
            tasks.append(asyncio.create_task(Tally(records, metrics).run(), name="tally"))
        try:
            yield room_watch
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
