"""A caller who says nothing is asked twice, and then wished a good night."""

from agents.last_words import LastWords
from agents.prompts import load_prompt
from bot.records.record import EndReason
from bot.talk.floor.floor import Floor

_QUESTIONS = ("still_there", "still_there_again")


async def keep_silence_short(floor: Floor, *, silence_s: float) -> None:
    """Ask whenever the caller is silent for so long; end the call when no question helps.

    To be started when the caller can hear. Silence in which Echo owes an answer is not theirs.
    """
    asked, turns = 0, floor.caller_turns
    while True:
        await floor.quiet_for(silence_s)
        if floor.caller_turns != turns:
            asked, turns = 0, floor.caller_turns
        if not floor.may_ask:
            continue
        if asked == len(_QUESTIONS):
            await floor.last_words(EndReason.SILENCE, LastWords(load_prompt("farewell_silence")))
            return
        asked += 1
        await floor.ask(load_prompt(_QUESTIONS[asked - 1]))
