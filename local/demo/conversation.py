"""Maria's side of the call, from the first word to the end."""

from __future__ import annotations

import asyncio
import contextlib

from local.caller import CallEnded, NothingHeard, PhoneCall
from local.demo.persona import STILL_THERE, Persona

LISTEN_S = 15.0
END_OF_TURN_SILENCE_S = 0.9  # Echo pauses between sentences for about half of it


async def converse(call: PhoneCall, persona: Persona, limit_s: float) -> None:
    """Listen and answer until Echo hangs up; hang up ourselves after the limit."""
    with contextlib.suppress(CallEnded, TimeoutError):
        async with asyncio.timeout(limit_s):
            while True:
                await _take_turn(call, persona)
    await call.hang_up()


async def _take_turn(call: PhoneCall, persona: Persona) -> None:
    try:
        heard = await call.hear_turn(LISTEN_S, END_OF_TURN_SILENCE_S)
    except NothingHeard:
        await call.say(STILL_THERE)
        return
    answer = persona.answer(heard.text)
    if answer is not None:
        await call.say(answer)
