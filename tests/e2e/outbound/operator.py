"""Whoever types make-call: the command as a process, and what became of its call."""

import asyncio
import json
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from bot.records import CallRecord, Ledger, Order
from local.caller import PhoneCall
from local.caller.incoming import Telephone
from local.stack.environment import clean_environment
from sip.objects.kinds import Kind, object_id
from sip.objects.server import read_snapshot
from tests.e2e.house import House

_LIMIT_S = 60.0
# Nobody has the receiver at the ear within less.
_REACTION_S = 0.5


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    exit_code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """The one object of --json; a claim by itself: nothing else is on standard output."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


class Command:
    """make-call while it runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        self._process.kill()

    async def wait(self, limit_s: float = _LIMIT_S) -> Ended:
        try:
            async with asyncio.timeout(limit_s):
                out, err = await self._process.communicate()
        except TimeoutError:
            self._process.kill()
            raise
        assert self._process.returncode is not None
        return Ended(self._process.returncode, out.decode(), err.decode())

    async def close(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


@dataclass
class Operator:
    """Types commands, and looks into the ledger."""

    house: House
    ledger: Ledger
    carrier_port: int
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _running: list[Command] = field(default_factory=list)
    _calls: list[PhoneCall] = field(default_factory=list)

    def new_number(self) -> str:
        """Somebody who has never been called."""
        return f"+1202556{next(self._numbers):04d}"

    def new_folder(self) -> Path:
        return self.house.stack.run_dir / f"carrier-{next(self._numbers)}"

    async def start(self, *arguments: str, env: dict[str, str] | None = None) -> Command:
        process = await asyncio.create_subprocess_exec(
            *(str(Path(sys.executable).with_name("make-call")), *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=clean_environment() | self.house.stack.env() | (env or {}),
            cwd=self.house.stack.run_dir,
        )
        command = Command(process)
        self._running.append(command)
        return command

    async def run(self, *arguments: str, env: dict[str, str] | None = None) -> Ended:
        return await (await self.start(*arguments, env=env)).wait()

    async def trunk_id(self, name: str) -> str:
        """What the server calls the way out of this name."""
        snapshot = await read_snapshot(self.house.livekit.sip)
        return object_id(snapshot.named(Kind.OUTBOUND_TRUNK, name)[0])

    async def order(self, number: str) -> Order:
        """The one order for a number."""
        found = [o for o in await self.ledger.recent(1000) if o.number == number]
        assert len(found) == 1, f"{len(found)} orders for one number"
        return found[0]

    async def ended(self, number: str, within_s: float = 20.0) -> tuple[Order, CallRecord | None]:
        """Order and record of the call to a number, once both are closed `within_s` and its room is
        gone.
        """
        async with asyncio.timeout(within_s):
            while True:
                order = await self.order(number)
                record = await self.house.store.get(order.call_id)
                if order.has_ended and (record is None or not record.is_open):
                    break
                await asyncio.sleep(0.1)
        await self.house.wait_until_gone(order.room_name)
        return order, record

    async def pick_up(self, telephone: Telephone) -> PhoneCall:
        """Answer as a quick person does."""
        ringing = await telephone.wait_call()
        await asyncio.sleep(_REACTION_S)
        call = await ringing.answer()
        self._calls.append(call)
        return call

    async def close(self) -> None:
        for command in self._running:
            await command.close()
        for call in self._calls:
            await call.aclose()
