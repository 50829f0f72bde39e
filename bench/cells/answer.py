"""Answer: INVITE to 200 OK, 200 OK to Echo's first word, and whether that is whole."""

import asyncio
from dataclasses import dataclass, field

from bench import script
from bench.clips import INTRODUCTION
from bench.figures import INSTANT, Delays, Figure
from bench.house import BOT, House
from bench.line.telephone import Call, CallFailed, NothingHeard, dial

READY = "process initialized"
GREETING_S = 1.0
PAUSE_S = 0.5


@dataclass
class Answers:
    """What so many calls gave, in seconds."""

    name: str
    invite_s: list[float] = field(default_factory=list)
    first_word_s: list[float] = field(default_factory=list)
    cut_s: list[float] = field(default_factory=list)
    """How much of the greeting's sound did not arrive."""
    discards: list[str] = field(default_factory=list)

    def figures(self) -> list[Figure]:
        cell = "answer"
        return [
            Figure(cell, f"{self.name}: INVITE to 200", tuple(self.invite_s), tuple(self.discards)),
            Figure(cell, "  200 to the first word", tuple(self.first_word_s)),
            Figure(cell, "  missing of the greeting", tuple(self.cut_s)),
        ]


async def warm(house: House, calls: int, delays: Delays = INSTANT) -> Answers:
    """Each call finds a ready process."""
    answers = Answers("warm")
    async with house.worker() as worker:
        for number in range(calls):
            await worker.wait_for(READY, number + 1)
            await asyncio.sleep(PAUSE_S)
            await _one(house, answers, delays)
    return answers


async def pool_empty(house: House, calls: int) -> Answers:
    """One ready process only, and another call has just taken it."""
    answers = Answers("the pool is empty")
    async with house.worker(env={"STORYLINE_IDLE_PROCESSES": "1"}) as worker:
        for number in range(calls):
            await worker.wait_for(READY, 2 * number + 1)
            await asyncio.sleep(PAUSE_S)
            async with asyncio.TaskGroup() as both:
                both.create_task(_one(house, Answers("it"), INSTANT))
                await asyncio.sleep(0.1)
                both.create_task(_one(house, answers, INSTANT))
    return answers


async def worker_cold(house: House, times: int) -> Answers:
    """The worker is registered, and none of its processes is ready."""
    answers = Answers("the worker is cold")
    for _ in range(times):
        async with house.worker(BOT, warm=0):
            await _one(house, answers, INSTANT)
    return answers


async def _one(house: House, answers: Answers, delays: Delays) -> None:
    greeting = script.turn(None, INTRODUCTION[0].question, delays, GREETING_S)
    await house.providers.script(greeting)
    try:
        async with dial(house.line, house.new_caller()) as call:
            await _read(call, answers)
    except (CallFailed, NothingHeard) as failure:
        answers.discards.append(str(failure))


async def _read(call: Call, answers: Answers) -> None:
    first_s = await call.wait_sound(call.answered_s, 10.0)
    await call.wait_quiet(PAUSE_S)
    answers.invite_s.append(call.answered_s - call.invited_s)
    answers.first_word_s.append(first_s - call.answered_s)
    answers.cut_s.append(max(0.0, GREETING_S - call.heard(PAUSE_S)[0].duration_s))
