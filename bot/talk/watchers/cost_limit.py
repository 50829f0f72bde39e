"""No call costs more than it may, and none is cut off for money without a goodbye."""

from agents.conversation import Conversation
from agents.last_words import LastWords
from agents.prompts import load_prompt
from bot.money.spending import Spending
from bot.records.diary import Diary
from bot.records.record import EndReason
from bot.talk.floor.floor import Floor
from bot.talk.watchers.time_limit import wind_down

_WARNING = 0.8


async def keep_cost_limit(
    floor: Floor,
    conversation: Conversation,
    spending: Spending,
    *,
    max_cost_usd: float,
    diary: Diary | None = None,
) -> None:
    """Let Echo bring the story home at 80 % of the limit, and end the call when it is reached.

    To be started when the caller has answered.
    """
    await spending.reaches(_WARNING * max_cost_usd)
    wind_down(floor, conversation, diary)
    await spending.reaches(max_cost_usd)
    # Not a reason of its own: workers of the last version could not read it.
    await floor.last_words(
        EndReason.TIME_LIMIT,
        LastWords(load_prompt("farewell_time_limit")),
        error=f"the cost limit of {max_cost_usd:g} USD was reached",
    )
