"""What is kept for a time only: looked through at the start and every night."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta

from bot.records.diary.forgetting import Forgetting
from bot.records.diary.wishes import Wishes
from bot.records.errors import RecordsError
from bot.records.memory import Memories
from bot.records.record import utc_now
from bot.records.sound.shelf import Shelf

logger = logging.getLogger("storyline.records")

_NIGHT = time(3, 30, tzinfo=UTC)
_AGAIN_S = 60
_HOUR_S = 3600.0
# Its call may be in progress, or have a record that could not be written yet.
_NEW = timedelta(days=1)


async def keep_words_short(forgetting: Forgetting, keep_days: float) -> None:
    """Remove words older than `keep_days` now and every night, until cancelled."""

    async def look() -> None:
        dropped = await forgetting.drop_words(utc_now() - timedelta(days=keep_days))
        if dropped:
            logger.info("words that were old enough are removed", extra={"turns": dropped})

    await _every_night(look)


async def keep_sound_short(forgetting: Forgetting, shelf: Shelf, keep_days: float) -> None:
    """Remove recordings older than `keep_days`, and those whose call was forgotten elsewhere, now
    and every night, until cancelled.
    """

    async def look() -> None:
        removed = await drop_sound(forgetting, shelf, keep_days, utc_now())
        if removed:
            logger.info("recordings that must not be kept are removed", extra={"files": removed})

    await _every_night(look)


async def keep_memories_short(memories: Memories, keep_days: float) -> None:
    """Forget whoever has not called for so long, now and every night, until cancelled."""

    async def look() -> None:
        dropped = await memories.drop(utc_now() - timedelta(days=keep_days))
        if dropped:
            logger.info("callers of long ago are forgotten", extra={"people": dropped})

    await _every_night(look)


async def heed_wishes(wishes: Wishes, shelf: Shelf) -> None:
    """Remove what callers wanted forgotten and limits needed for a day, now and every hour, until
    cancelled.
    """

    async def look() -> None:
        gone = await wishes.carry_out(shelf, utc_now())
        if gone.total or gone.files:
            logger.info(
                "the rest of what callers wanted forgotten is removed",
                extra={"rows": gone.total, "files": gone.files},
            )

    await _again(look, lambda: _HOUR_S)


async def drop_sound(forgetting: Forgetting, shelf: Shelf, keep_days: float, now: datetime) -> int:
    """Remove what is too old, or is nobody's; returns how many files went. Raises RecordsError."""
    kept = await asyncio.to_thread(shelf.kept)
    oldest = now - timedelta(days=keep_days)
    old = {each.call_id for each in kept if each.changed_at < oldest}
    settled = {each.call_id for each in kept if each.changed_at < now - _NEW}
    nobodys = await forgetting.strangers(settled - old)
    return await asyncio.to_thread(shelf.remove, old | nobodys)


def until_night_s(now: datetime) -> float:
    """Seconds until the next 03:30 UTC."""
    night = datetime.combine(now.date(), _NIGHT)
    if night <= now:
        night += timedelta(days=1)
    return (night - now).total_seconds()


async def _every_night(look: Callable[[], Awaitable[None]]) -> None:
    await _again(look, lambda: until_night_s(utc_now()))


async def _again(look: Callable[[], Awaitable[None]], pause_s: Callable[[], float]) -> None:
    while True:
        try:
            await look()
        except RecordsError as error:
            logger.warning("what is old not removed yet", extra={"error": str(error)})
            await asyncio.sleep(_AGAIN_S)
        else:
            await asyncio.sleep(pause_s())
