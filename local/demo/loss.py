"""Takes the process of a call away in the middle of the story, and says when Echo is back."""

import asyncio
import os
import signal
from collections.abc import Callable

from local.caller import PhoneCall
from local.stack import Stack

_POLL_S = 0.1
# Into the sentence, and not its first breath.
_INTO_S = 1.5
# Sound that is still on its way when the process dies is heard within this.
_STILL_HEARD_S = 1.0


async def lose_the_process(
    call: PhoneCall, stack: Stack, tell: Callable[[float | None, str], None]
) -> None:
    """Wait until the caller has spoken twice and Echo answers; then kill, and listen."""
    while True:
        await asyncio.sleep(_POLL_S)
        if _tells(call):
            break
    await asyncio.sleep(_INTO_S)
    killed_s = call.now_s
    for job in stack.job_pids():
        os.kill(job, signal.SIGKILL)
        tell(killed_s, f"the process of the call ({job}) was killed")
    while True:
        await asyncio.sleep(_POLL_S)
        again_s = _heard_again_s(call, killed_s + _STILL_HEARD_S)
        if again_s is not None:
            tell(again_s, f"another process goes on, {again_s - killed_s:.1f} s later")
            return


def _tells(call: PhoneCall) -> bool:
    spoken, heard = call.caller_speech, call.far_speech
    return len(spoken) >= 2 and bool(heard) and heard[-1].start_s > spoken[-1].end_s


def _heard_again_s(call: PhoneCall, after_s: float) -> float | None:
    return next((span.start_s for span in call.far_speech if span.start_s > after_s), None)
