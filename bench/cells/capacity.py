"""Capacity: several calls at once, what they wait for, and what they cost the machine."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from bench import script
from bench.clips import INTRODUCTION
from bench.figures import INSTANT, Figure
from bench.house import BOT, House
from bench.line.telephone import Call, CallFailed, NothingHeard, dial
from bench.processes import Usage, usage
from local.providers.script import Script

TURNS = 3
SPARE = 12
THINKS_S = 0.4
MEASURED_S = 6.0
ANSWER_LIMIT_S = 20.0
BETWEEN_S = 2.5
"""From one turn of a caller to the next, where nobody answers: about as in the story."""
TURN = INTRODUCTION[0]


@dataclass
class Load:
    """What `calls` calls, begun `apart_s` after each other, gave."""

    calls: int
    apart_s: float
    whose: str = ""
    invite_s: list[float] = field(default_factory=list)
    gaps_s: list[float] = field(default_factory=list)
    discards: list[str] = field(default_factory=list)
    before: Usage | None = None
    after: Usage | None = None

    @property
    def name(self) -> str:
        return f"{self.whose}{self.calls} calls" + (
            " at once" if not self.apart_s else ", one a second"
        )


Talk = Callable[[Call, Load, asyncio.Semaphore], Awaitable[None]]


async def load(house: House, calls: int, apart_s: float) -> Load:
    """Make the calls against a worker that is idle and warm."""
    await house.providers.script(_script(calls))
    return await _load(house, Load(calls, apart_s), BOT, _talk)


async def floor(house: House, calls: int) -> Load:
    """The same in one instant against an agent that only answers sounds with a tone: what LiveKit,
    the callers and a process of livekit-agents cost by themselves.
    """
    found = Load(calls, 0.0, "the plainest agent, ")
    return await _load(house, found, ("-m", "bench.workers.echo", "start"), _ring_through)


async def _load(house: House, found: Load, command: Sequence[str], talk: Talk) -> Load:
    async with house.worker(command, name=found.name.replace(" ", "-"), warm=2) as worker:
        await asyncio.sleep(1.0)
        talking = asyncio.Semaphore(0)
        async with asyncio.TaskGroup() as group:
            for number in range(found.calls):
                group.create_task(_one(house, found, talking, number * found.apart_s, talk))
            group.create_task(_watch(found, worker.pid, talking))
    return found


def _script(calls: int) -> Script:
    """Every call hears the same words and gets the same answers, in any order."""
    one = script.turn(TURN.clip, TURN.question, INSTANT)
    times = calls * (TURNS + SPARE)
    return Script(one.stt * times, one.chat * times, one.speech * times, one.realtime * times)


async def _watch(found: Load, worker_pid: int, talking: asyncio.Semaphore) -> None:
    """Measure the processes while all calls talk."""
    for _ in range(found.calls):
        await talking.acquire()
    found.before = await asyncio.to_thread(usage, worker_pid)
    await asyncio.sleep(MEASURED_S)
    found.after = await asyncio.to_thread(usage, worker_pid)


async def _one(
    house: House, found: Load, talking: asyncio.Semaphore, after_s: float, talk: Talk
) -> None:
    await asyncio.sleep(after_s)
    limit_s = ANSWER_LIMIT_S
    try:
        async with dial(house.line, house.new_caller(), answer_limit_s=limit_s) as call:
            found.invite_s.append(call.answered_s - call.invited_s)
            await talk(call, found, talking)
    except (CallFailed, NothingHeard) as failure:
        found.discards.append(str(failure))
        talking.release()


async def _talk(call: Call, found: Load, talking: asyncio.Semaphore) -> None:
    await call.wait_quiet(THINKS_S)
    talking.release()
    await asyncio.sleep(THINKS_S)
    for turn in count():
        said = await call.say(TURN.clip.pcm())
        heard_s = await call.wait_sound(said.end_s, 8.0)
        # A name alone is half of what the greeting asks for, and waited with under any load.
        if turn > 0:
            found.gaps_s.append(heard_s - said.end_s)
        await call.wait_quiet(THINKS_S)
        if turn >= TURNS and found.after is not None:
            return


async def _ring_through(call: Call, found: Load, talking: asyncio.Semaphore) -> None:
    talking.release()
    while found.after is None:
        await call.say(TURN.clip.pcm())
        await asyncio.sleep(BETWEEN_S)


def figures(loads: Sequence[Load]) -> list[Figure]:
    """Waits of each load; shares of a core and memory for each call, by process."""
    rows: list[Figure] = []
    for each in loads:
        cell = "capacity"
        rows.append(
            Figure(cell, f"{each.name}: INVITE to 200", tuple(each.invite_s), tuple(each.discards))
        )
        if each.gaps_s:
            rows.append(Figure(cell, "  response gap", tuple(each.gaps_s)))
        if each.before is None or each.after is None or not each.invite_s:
            continue
        for name, percent in each.after.cpu_since(each.before).items():
            share = percent / len(each.invite_s)
            rows.append(Figure(cell, f"  a core for each call, {name}", (share,), unit="%"))
        memory = each.after.job_pss_mb
        rows.append(Figure(cell, "  memory (PSS) of a call's process", memory, unit="MB"))
    return rows
