"""Soak: callers who ring again and again, and what is left of it afterwards."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field

import psutil
from livekit import api

from bench import script
from bench.clips import INTRODUCTION
from bench.figures import INSTANT, Figure
from bench.house import House, Running
from bench.line.telephone import Call, CallFailed, NothingHeard, dial
from bench.processes import MEGABYTE
from local.providers.script import Script

TURNS = 3
THINKS_S = 0.4
SETTLED_S = 30.0
"""So long after the last call everything is back to where it was: processes end, and new ones are
warm."""
POLL_S = 0.5
TURN = INTRODUCTION[0]


@dataclass(frozen=True)
class Left:
    """What there is at one moment: of the worker with all its processes, of LiveKit, of records."""

    processes: int
    files: int
    memory_mb: float
    rooms: int
    open_records: int


@dataclass
class Soaked:
    """What so many callers found in so many minutes."""

    callers: int
    minutes: float
    before: Left | None = None
    after: Left | None = None
    calls: list[float] = field(default_factory=list)
    """When each was answered."""
    invite_s: list[float] = field(default_factory=list)
    gaps_s: list[float] = field(default_factory=list)
    discards: list[str] = field(default_factory=list)

    def figures(self) -> list[Figure]:
        """Waits in the first quarter and in the last; what is left, before and after."""
        cell = f"soak, {self.callers} callers for {self.minutes:g} minutes"
        found = [
            Figure(cell, "calls", (float(len(self.calls)),), tuple(self.discards), "calls"),
            *self._quarters(cell, "INVITE to 200", self.invite_s),
            *self._quarters(cell, "response gap", self.gaps_s),
        ]
        if self.before is None or self.after is None:
            return found
        for name in asdict(self.before):
            was, is_now = (float(getattr(left, name)) for left in (self.before, self.after))
            note = f"{was:g} before, {is_now:g} after"
            found.append(Figure(cell, f"  {name.replace('_', ' ')}", (is_now,), (), "", note))
        return found

    def _quarters(self, cell: str, name: str, values: list[float]) -> list[Figure]:
        quarter = max(1, len(values) // 4)
        return [
            Figure(cell, f"{name}, first quarter", tuple(values[:quarter])),
            Figure(cell, f"{name}, last quarter", tuple(values[-quarter:])),
        ]


async def soak(house: House, callers: int, minutes: float) -> Soaked:
    """Every second call is hung up by the caller in mid-sentence, as many are."""
    found = Soaked(callers, minutes)
    async with house.worker(warm=2) as worker:
        await _call_for(house, found, callers, 0.5)
        found.before = await _settled(house, worker, lambda _: True)
        found.calls.clear()
        await _call_for(house, found, callers, minutes * 60)
        before = found.before
        found.after = await _settled(house, worker, lambda left: _is_back(left, before))
    return found


def _is_back(left: Left, before: Left) -> bool:
    return (left.processes, left.rooms, left.open_records) == (before.processes, 0, 0)


async def _call_for(house: House, found: Soaked, callers: int, seconds: float) -> None:
    one = script.turn(TURN.clip, TURN.question, INSTANT)
    until_s = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for number in range(callers):
            group.create_task(_caller(house, found, one, number, until_s))


async def _caller(house: House, found: Soaked, one: Script, number: int, until_s: float) -> None:
    calls = number
    while time.monotonic() < until_s:
        times = found.callers * (TURNS + 2)
        await house.providers.script(
            Script(one.stt * times, one.chat * times, one.speech * times, one.realtime * times)
        )
        try:
            async with dial(house.line, house.new_caller(), answer_limit_s=20.0) as call:
                found.calls.append(call.answered_s)
                found.invite_s.append(call.answered_s - call.invited_s)
                await _talk(call, found, abandons=bool(calls % 2))
        except (CallFailed, NothingHeard) as failure:
            found.discards.append(str(failure))
        calls += 1


async def _talk(call: Call, found: Soaked, *, abandons: bool) -> None:
    await call.wait_quiet(THINKS_S)
    for _ in range(TURNS):
        said = await call.say(TURN.clip.pcm())
        heard_s = await call.wait_sound(said.end_s, 8.0)
        found.gaps_s.append(heard_s - said.end_s)
        if abandons:
            return
        await call.wait_quiet(THINKS_S)


async def _settled(house: House, worker: Running, is_so: Callable[[Left], bool]) -> Left:
    """What is left, as soon as it is so, or when the time is over."""
    await asyncio.sleep(SETTLED_S / 3)
    until_s = time.monotonic() + SETTLED_S
    while True:
        left = await _look(house, worker)
        if is_so(left) or time.monotonic() > until_s:
            return left
        await asyncio.sleep(POLL_S)


async def _look(house: House, worker: Running) -> Left:
    access = house.stack.env()
    async with api.LiveKitAPI(
        access["LIVEKIT_URL"], access["LIVEKIT_API_KEY"], access["LIVEKIT_API_SECRET"]
    ) as livekit:
        rooms = len((await livekit.room.list_rooms(api.ListRoomsRequest())).rooms)
    processes, files, memory = 0, 0, 0.0
    parent = psutil.Process(worker.pid)
    for process in [parent, *parent.children(recursive=True)]:
        with suppress(psutil.Error):
            processes += 1
            files += process.num_fds()
            memory += process.memory_full_info().pss / MEGABYTE
    with closing(sqlite3.connect(house.stack.database_path)) as records:
        ((open_records,),) = records.execute("SELECT count(*) FROM calls WHERE ended_at IS NULL")
    return Left(processes, files, round(memory, 1), rooms, int(open_records))
