"""Several callers at once. The models are scripted meanwhile: four calls with local models would be
more than two cores can do, and of an answer whose length is known one hears whether it was whole.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from bench import script
from bench.clips import INTRODUCTION
from bench.figures import INSTANT
from bench.line.telephone import CallFailed, Line, NothingHeard, dial
from local.providers.control import ControlClient
from local.providers.script import Script
from local.stack import Stack

_TURN = INTRODUCTION[0]
ANSWER_S = 3.0
# A packet or two may be late, and the ends of a tone are soft.
_WHOLE_S = ANSWER_S - 0.15
_TURNS = 200
# What the worker has to be told: else fillers and apologies would be taken for answers.
NOTHING_BETWEEN = {"STORYLINE_FILLER_AFTER_S": "30", "STORYLINE_APOLOGY_AFTER_S": "60"}
_CALLER = "+1202555{:04d}"
_FIRST = 300
_BUSY_MACHINE_S = 25.0


@dataclass
class Told:
    """What one caller has heard: seconds to wait for each answer, and how long each was."""

    waits_s: list[float] = field(default_factory=list)
    lengths_s: list[float] = field(default_factory=list)
    failure: str = ""


class Crowd:
    """Callers who talk until they are let go."""

    def __init__(self, stack: Stack) -> None:
        self._line = Line(
            *(stack.sip_address, stack.number, stack.sip_user, stack.sip_password),
            log_dir=stack.run_dir,
        )
        self._providers = ControlClient(stack.providers_url)
        self._enough = asyncio.Event()
        self._talking: list[asyncio.Task[Told]] = []

    async def gather(self, size: int) -> None:
        """So many ring at once; returns when each has got an answer, or failed."""
        one = script.turn(_TURN.clip, _TURN.question, INSTANT, ANSWER_S)
        await self._providers.script(
            Script(one.stt * _TURNS, one.chat * _TURNS, one.speech * _TURNS, one.realtime * _TURNS)
        )
        begun = [asyncio.Event() for _ in range(size)]
        for number, is_answered in zip(count(_FIRST), begun, strict=False):
            talk = self._talk(_CALLER.format(number), is_answered)
            self._talking.append(asyncio.create_task(talk))
        await asyncio.gather(*(each.wait() for each in begun))

    @property
    def size(self) -> int:
        """How many are still talking."""
        return sum(not each.done() for each in self._talking)

    async def let_go(self) -> list[Told]:
        """Everybody hangs up after the answer to come."""
        self._enough.set()
        told = await asyncio.gather(*self._talking)
        await self._providers.clear_script()
        return told

    async def _talk(self, caller: str, is_answered: asyncio.Event) -> Told:
        told = Told()
        try:
            async with dial(self._line, caller, answer_limit_s=_BUSY_MACHINE_S) as call:
                with suppress(NothingHeard):
                    await call.wait_quiet(1.0)
                while not self._enough.is_set():
                    said = await call.say(_TURN.clip.pcm())
                    heard_s = await call.wait_sound(said.end_s, _BUSY_MACHINE_S)
                    told.waits_s.append(heard_s - said.end_s)
                    await call.wait_quiet(1.0)
                    sounds = call.heard_since(said.end_s)
                    told.lengths_s.append(sounds[-1].end_s - sounds[0].start_s)
                    is_answered.set()
        except (CallFailed, NothingHeard) as error:
            told.failure = f"{caller}: {error}"
        finally:
            is_answered.set()
        return told


def lost(told: Sequence[Told]) -> list[str]:
    """What they did not hear, though they should have."""
    found = [each.failure for each in told if each.failure]
    cut = sum(length_s < _WHOLE_S for each in told for length_s in each.lengths_s)
    if cut:
        found.append(f"{cut} answers were not whole")
    return found


def answers(told: Sequence[Told]) -> str:
    """How many answers they got, the slowest and the shortest."""
    waits_s = [wait_s for each in told for wait_s in each.waits_s]
    lengths_s = [length_s for each in told for length_s in each.lengths_s]
    return (
        f"{len(lengths_s)} answers of {ANSWER_S:g} s, the slowest after "
        f"{max(waits_s, default=0.0):.1f} s, the shortest {min(lengths_s, default=0.0):.2f} s"
    )
