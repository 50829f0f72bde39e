"""The calls in which a model failed for good."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.record import CallRecord
from bot.records.table import calls, from_row

# What bot/talk/watchers/observer.py writes before the cause.
MODEL_ERRORS = ("llm_error", "stt_error", "tts_error", "realtime_model_error")


async def model_failures(
    connection: AsyncConnection, since: datetime, limit: int
) -> list[CallRecord]:
    """The newest of those that began since."""
    of_a_model = or_(*(calls.c.error.startswith(f"{kind}:") for kind in MODEL_ERRORS))
    found = (
        select(calls)
        .where(calls.c.started_at >= since, of_a_model)
        .order_by(calls.c.started_at.desc())
        .limit(limit)
    )
    return [from_row(row) for row in await connection.execute(found)]
