"""What a call asks of the records before it is answered, asked once of a database of nobody's.

SQLAlchemy builds what it needs at the first statement of each kind. The first call in a process
takes 40 to 50 ms of processor for its record and its place, the next one, or the first in a process
that is forked from it, 20, and one whose engine has asked before 10.
"""

from datetime import timedelta

from sqlalchemy.ext.asyncio import create_async_engine

from bot.records.database import Database
from bot.records.limits import CallerLimits, CostLimits, InboundLimits, LineLimits
from bot.records.record import CallRecord, Direction, EndReason, utc_now
from bot.records.records import Records
from bot.records.table import metadata

_NOWHERE = "sqlite+aiosqlite://"
_NUMBER = "+12025550100"  # of those that are kept for stories
_HOUR = timedelta(hours=1)
# Every limit is set, and none is reached.
_LIMITS = InboundLimits(
    CallerLimits(9, 9, 9), CallerLimits(9, 9, 9), LineLimits(9, 9), 60.0, CostLimits(9.0, 9.0)
)


async def rehearse_records() -> None:
    """Take a call that nobody makes, in a database in the memory of this process.

    Raises DatabaseUnavailable where SQLite does not work.
    """
    engine = create_async_engine(_NOWHERE)
    try:
        async with Database(engine).writing() as connection:
            await connection.run_sync(metadata.create_all)
        records, record = Records(engine), _nobodys_call()
        await records.calls.save(record)
        await records.gate.ask(record, _LIMITS, record.started_at)
        await _read(records, record)
        await records.calls.close_if_open(record.call_id, EndReason.FAILED, record.started_at)
    finally:
        await engine.dispose()


async def rehearse_reading(records: Records) -> None:
    """Ask what a call asks, of its own records: the statements are made for this engine, and the
    call finds them. Writes nothing and leaves no connection open.

    Only of a file: readers of one wait for nobody. It must not be cancelled: a statement that is
    keeps what it reads until the garbage is collected, and nobody can empty the log meanwhile.
    PostgreSQL is left alone, it may be far away. Raises DatabaseUnavailable.
    """
    if not records.is_file:
        return
    record = _nobodys_call()
    try:
        await records.gate.look(record, _LIMITS, record.started_at)
        await _read(records, record)
    finally:
        await records.disconnect()


async def _read(records: Records, record: CallRecord) -> None:
    await records.memories.of(_NUMBER)
    await records.unfinished.take_newest(_NUMBER, record.call_id, record.started_at, _HOUR)


def _nobodys_call() -> CallRecord:
    return CallRecord(
        call_id="nobody",
        direction=Direction.INBOUND,
        room_name="nowhere",
        job_id="none",
        started_at=utc_now(),
        from_number=_NUMBER,
    )
