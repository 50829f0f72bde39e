"""What Echo says when she goes on: a pure function of where the story stands."""

from dataclasses import dataclass

from agents.prompts import load_prompt
from bot.call.resuming.last_question import open_question
from bot.records.thread import Thread


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
    if question := open_question(thread):
        return GoingOn(f"{sorry} {question}")
    return GoingOn(sorry, load_prompt("resume_story" if thread.in_story else "resume_intro"))
