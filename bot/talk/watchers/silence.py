"""A caller who says nothing is asked twice, and then wished a good night."""

from collections.abc import Callable

from agents.last_words import LastWords
from agents.prompts import load_prompt
from agents.taming.notices import Notice, Notify, keep_quiet
from bot.records.record import EndReason
from bot.talk.floor.floor import Floor
from bot.talk.turns.question import takes_leave

_QUESTIONS = ("still_there", "still_there_again")


async def keep_silence_short(
    floor: Floor,
    *,
    silence_s: float,
    last_said: Callable[[], str] = lambda: "",
    notify: Notify = keep_quiet,
) -> None:
    """Ask whenever the caller is silent for so long; end the call when no question helps.

    To be started when the caller can hear. Silence in which Echo owes an answer is not theirs.
    Nobody is asked after a goodbye: a model that only says it, without its tool, has ended too.
    `last_said` is what Echo said last.
    """
    asked, turns = 0, floor.caller_turns
    while True:
        await floor.quiet_for(silence_s)
        if floor.caller_turns != turns:
            asked, turns = 0, floor.caller_turns
        if not floor.may_ask:
            continue
        is_over = takes_leave(last_said())
        if is_over:
            notify(Notice.GOODBYE_ALONE, "")
        if is_over or asked == len(_QUESTIONS):
            reason = EndReason.STORY_FINISHED if is_over else EndReason.SILENCE
            await floor.last_words(reason, LastWords(load_prompt("farewell_silence")))
            return
        asked += 1
        await floor.ask(load_prompt(_QUESTIONS[asked - 1]))
