"""Several callers at once, each of whom hears a whole story."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from local.caller.errors import CallEnded, NothingHeard
from local.caller.phone_call import PhoneCall
from local.demo.persona import Persona

_STORY_LIMIT_S = 240.0
_LISTEN_S = 15.0
_END_OF_TURN_S = 1.5


async def converse(phone: PhoneCall) -> None:
    """Answer whatever Echo asks, until she hangs up. Raises TimeoutError when she never does."""
    persona = Persona()
    with suppress(CallEnded):
        async with asyncio.timeout(_STORY_LIMIT_S):
            while True:
                try:
                    heard = (await phone.hear_turn(_LISTEN_S, _END_OF_TURN_S)).text
                except NothingHeard:
                    continue
                if (answer := persona.answer(heard) or persona.guess(heard)) is not None:
                    await phone.say(answer)


def cut_short(phones: Sequence[PhoneCall], finished: int) -> list[str]:
    """What was wrong with their stories; `finished`: how many records say so."""
    found = []
    if finished < len(phones):
        found.append(f"{finished} of {len(phones)} stories came to their end")
    if not all(each.heard_to_the_end for each in phones):
        found.append("a goodbye was cut")
    # The last thing that a caller says may be a farewell.
    unanswered = sum(gap.gap_s is None for each in phones for gap in each.response_gaps)
    if unanswered > len(phones):
        found.append(f"{unanswered} turns without an answer")
    return found


def answers(phones: Sequence[PhoneCall]) -> str:
    """How many answers they got, and how long the slowest took."""
    gaps = [gap.gap_s for each in phones for gap in each.response_gaps if gap.gap_s is not None]
    return f"{len(gaps)} answers, the slowest after {max(gaps, default=0.0):.1f} s"
