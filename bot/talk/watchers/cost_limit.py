"""No call costs more than it may, and none is cut off for money without a goodbye."""

import asyncio
from collections.abc import Awaitable, Callable

from agents.conversation import Conversation
from agents.last_words import LastWords
from agents.prompts import load_prompt
from bot.money.spending import Spending
from bot.records.diary.diary import Diary
from bot.records.record import EndReason
from bot.talk.floor.floor import Floor
from bot.talk.watchers.time_limit import wind_down

_WARNING = 0.8
# Others spend, too: so often a call asks what is left for it.
_ASK_AGAIN_S = 15.0


async def keep_budget(
    spending: Spending, own_usd: float | None, ask_left: Callable[[], Awaitable[float | None]]
) -> None:
    """Keep the call's limit at the smaller of its own and of what is left, until cancelled.

    `ask_left`: what this call may cost by what others have cost; None where nothing is known,
    and what was known before counts.
    """
    left_usd: float | None = None
    while True:
        if (answer := await ask_left()) is not None:
            left_usd = answer
        limits = [usd for usd in (own_usd, left_usd) if usd is not None]
        if limits:
            spending.limit_to(max(0.0, min(limits)))
        await asyncio.sleep(_ASK_AGAIN_S)


async def keep_cost_limit(
    floor: Floor,
    conversation: Conversation,
    spending: Spending,
    *,
    diary: Diary | None = None,
) -> None:
    """Let Echo bring the story home at 80 % of the limit, and end the call when it is reached.

    To be started when the caller has answered.
    """
    await spending.reaches(_WARNING)
    wind_down(floor, conversation, diary)
    await spending.reaches(1.0)
    # Not a reason of its own: workers of the last version could not read it.
    await floor.last_words(
        EndReason.TIME_LIMIT,
        LastWords(load_prompt("farewell_time_limit")),
        error=f"the cost limit of {spending.limit_usd:.4g} USD was reached",
    )
