"""What the calls since some moment came to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.diary.tables import turns, usage
from bot.records.record import AgentReached, EndReason
from bot.records.table import calls


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Calls since a moment. A gap is seconds from the caller's last sound to Echo's first; None
    when none was measured. The cost is of what has a price.
    """

    calls: int = 0
    reached_story: int = 0
    finished: int = 0
    gap_p50_s: float | None = None
    gap_p95_s: float | None = None
    cost_usd: float = 0.0


async def count(connection: AsyncConnection, since: datetime) -> Figures:
    """The figures of all calls that began at `since` or later."""
    story = case((calls.c.agent_reached == AgentReached.STORY, 1), else_=0)
    finished = case((calls.c.end_reason == EndReason.STORY_FINISHED, 1), else_=0)
    row = (
        await connection.execute(
            select(func.count(), func.sum(story), func.sum(finished)).where(
                calls.c.started_at >= since
            )
        )
    ).one()
    cost = await connection.scalar(
        select(func.sum(usage.c.cost_usd))
        .select_from(calls.join(usage, usage.c.call_id == calls.c.call_id))
        .where(calls.c.started_at >= since)
    )
    gaps = await _gaps(connection, since)
    return Figures(
        calls=row[0],
        reached_story=row[1] or 0,
        finished=row[2] or 0,
        gap_p50_s=gaps[0],
        gap_p95_s=gaps[1],
        cost_usd=cost or 0.0,
    )


async def _gaps(connection: AsyncConnection, since: datetime) -> tuple[float | None, ...]:
    """The gaps that 50 and 95 % of the turns do not exceed. SQLite has no percentiles."""
    # As a sum: otherwise SQLite walks through the gaps of all years, which have an index.
    gap = turns.c.gap_s + 0.0
    measured = (turns.c.began_at >= since) & gap.is_not(None)
    total = await connection.scalar(select(func.count()).select_from(turns).where(measured)) or 0
    if not total:
        return None, None
    ranks = [min(total - 1, int(total * share)) + 1 for share in (0.50, 0.95)]
    rank = func.row_number().over(order_by=gap).label("rank")
    ranked = select(turns.c.gap_s, rank).where(measured).subquery()
    found = await connection.execute(
        select(ranked.c.rank, ranked.c.gap_s).where(ranked.c.rank.in_(ranks))
    )
    gaps = {each.rank: each.gap_s for each in found}
    return tuple(gaps.get(rank) for rank in ranks)
