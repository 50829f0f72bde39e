"""What the product remembers of the call, told by its own command."""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass

COMMAND = (sys.executable, "-m", "bot.records", "last", "--json")
# On a busy machine the command alone takes seconds to load.
RECORD_LIMIT_S = 30.0
PAUSE_S = 0.2


@dataclass(frozen=True)
class Record:
    """A call that is over."""

    end_reason: str
    agent_reached: str
    turns: int
    error: str | None
    call_id: str


async def wait_closed(env: Mapping[str, str]) -> Record | None:
    """The newest call's record once it is closed; None when that does not happen in time."""
    try:
        async with asyncio.timeout(RECORD_LIMIT_S):
            while True:
                if record := await _closed(env):
                    return record
                await asyncio.sleep(PAUSE_S)
    except TimeoutError:
        return None


async def _closed(env: Mapping[str, str]) -> Record | None:
    process = await asyncio.create_subprocess_exec(
        *COMMAND, env=dict(env), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        answer, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        return None
    call = json.loads(answer)
    if call["ended_at"] is None:
        return None
    return Record(
        call["end_reason"], call["agent_reached"], call["turns"], call["error"], call["call_id"]
    )
