"""Maria's side of the call, from the first word to the end."""

import asyncio
import contextlib

from local.caller import CallEnded, NothingHeard, PhoneCall
from local.demo.persona import STILL_THERE, Persona

LISTEN_S = 15.0
# Echo pauses between sentences for about half of it.
END_OF_TURN_SILENCE_S = 0.9
# After so much more silence Echo waits for an answer, whatever Maria's ears made of the question.
SURELY_OVER_S = 1.5


async def converse(call: PhoneCall, persona: Persona, limit_s: float) -> None:
    """Listen and answer until Echo hangs up; hang up ourselves after the limit."""
    with contextlib.suppress(CallEnded, TimeoutError):
        async with asyncio.timeout(limit_s):
            while True:
                await _take_turn(call, persona)
    await call.hang_up()


async def _take_turn(call: PhoneCall, persona: Persona) -> None:
    heard = await _hear(call, LISTEN_S)
    if heard is None:
        await call.say(STILL_THERE)
        return
    answer = persona.answer(heard)
    while answer is None and (more := await _hear(call, SURELY_OVER_S)) is not None:
        heard += f" {more}"
        answer = persona.answer(heard)
    answer = answer or persona.guess(heard)
    if answer is not None:
        await call.say(answer)


async def _hear(call: PhoneCall, timeout_s: float) -> str | None:
    try:
        return (await call.hear_turn(timeout_s, END_OF_TURN_SILENCE_S)).text
    except NothingHeard:
        return None
