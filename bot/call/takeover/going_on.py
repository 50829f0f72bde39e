"""What Echo says when she goes on: a pure function of where the story stands."""

import re
from dataclasses import dataclass

from agents.prompts import load_prompt
from bot.records.thread import Said, Thread

# A question that was longer is not asked again word by word.
_LONGEST = 320
_QUESTION = re.compile(r"[^.!?]*\?\s*$")


@dataclass(frozen=True)
class GoingOn:
    """`text` is spoken at once; then, with `instructions`, the model speaks."""

    text: str
    instructions: str = ""


def how_to_go_on(thread: Thread) -> GoingOn:
    """The last question again; or, when the caller's answer was heard, what follows from it.

    Words that were under way when the process died are in no thread: of a first turn that broke
    off, nothing is left to repeat, and the story begins once more.
    """
    sorry = load_prompt("lost_thread")
    said = [each for each in thread.said if each.in_story or not thread.in_story]
    if not said:
        if thread.in_story:
            return GoingOn(sorry, load_prompt("begin_story"))
        return GoingOn(f"{sorry} {load_prompt('greeting_question')}")
    if said[-1].by_echo and (question := _question(said[-1])):
        return GoingOn(f"{sorry} {question}")
    return GoingOn(sorry, load_prompt("resume_story" if thread.in_story else "resume_intro"))


def _question(said: Said) -> str:
    found = _QUESTION.search(said.text)
    question = found.group().strip() if found else ""
    return question if len(question) <= _LONGEST else ""
