"""The question that a story, or its introduction, broke off at, read from what was said."""

from agents.prompts import load_prompt
from bot.records.thread import Thread
from bot.talk.turns.question import last_question
from bot.talk.watchers.keypad import ABOUT_THE_LINE

# What Echo says by herself, when nobody answers or a model acts unasked: the question before it is
# still open.
_BESIDE_THE_STORY = (
    *ABOUT_THE_LINE,
    "farewell_silence",
    "farewell_shutdown",
    "confirm_forget",
    "confirm_block",
)
# A question that was longer is not asked again word by word.
_LONGEST = 320


def open_question(thread: Thread) -> str:
    """What Echo asked last: in the story, once it has begun. "" where the caller has answered it,
    or she had asked nothing yet.
    """
    beside = {load_prompt(name) for name in _BESIDE_THE_STORY}
    for said in reversed(thread.said):
        if (thread.in_story and not said.in_story) or said.text in beside:
            continue
        question = last_question(said.text) if said.by_echo else None
        return question if question and len(question) <= _LONGEST else ""
    return ""
