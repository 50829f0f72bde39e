"""No call goes on for ever, and none ends without a warning and a goodbye."""

import asyncio

from agents.conversation import Conversation
from agents.last_words import LastWords
from agents.prompts import load_prompt
from bot.records.diary.diary import Diary
from bot.records.diary.entries import EventKind
from bot.records.record import EndReason
from bot.talk.floor.floor import Floor


async def keep_time_limit(
    floor: Floor,
    conversation: Conversation,
    *,
    max_call_s: float,
    wind_down_s: float,
    diary: Diary | None = None,
) -> None:
    """Let Echo bring the story home `wind_down_s` before the limit, then end the call.

    To be started when the caller has answered.
    """
    await asyncio.sleep(max_call_s - wind_down_s)
    wind_down(floor, conversation, diary)
    await asyncio.sleep(wind_down_s)
    await floor.last_words(EndReason.TIME_LIMIT, LastWords(load_prompt("farewell_time_limit")))


def wind_down(floor: Floor, conversation: Conversation, diary: Diary | None) -> None:
    """Let Echo bring the story home, where there is one."""
    story = conversation.story
    if story is None:
        return
    if diary is not None:
        diary.note(EventKind.WIND_DOWN)
    floor.reply(load_prompt("wind_down", name=story.name, location=story.location))
