"""The first part: learn the caller's name and place, then hand over."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from local.storyteller.called import offers_to_go_on
from local.storyteller.callers.remembered import first_facts, without_denials
from local.storyteller.facts import BOTH, NAME, PLACE, Facts, Kind, learn
from local.storyteller.messages import Message, Reply, ToolCall
from local.storyteller.phrases import is_noise, is_repeat, is_stop, is_yes, plain
from local.storyteller.smalltalk import answer, is_question

# Failed tries for one fact, after which it counts as not told.
TRIES = 2

_ASKS_NAME = re.compile(r"\b(name|call you|who am i)\b", re.IGNORECASE)
_ASKS_PLACE = re.compile(r"\b(where|calling from|which town|place)\b", re.IGNORECASE)
_GREETING = re.compile(
    r"((oh|well|um|and|a|very) )*(hi|hello|hey|good (morning|evening|afternoon|day)|hallo)"
    r"( (hi|hello|hey|there|echo|good (morning|evening|afternoon|day)))*"
)

ASK_BOTH = "May I ask your name, and where you are calling from?"
ASK_NAME = "What is your name?"
ASK_NAME_AGAIN = "I am sorry, I did not catch that. What may I call you? Your first name is enough."
ASK_PLACE = "Where are you calling from?"
ASK_PLACE_AGAIN = "I am sorry, I did not catch that. Which town or country are you calling from?"


@dataclass(frozen=True)
class _State:
    """What the history so far comes to."""

    facts: Facts = field(default_factory=Facts)
    asked: frozenset[Kind] = BOTH
    failed_names: int = 0
    failed_places: int = 0
    last_words: str = ""
    learnt: bool = False


def reply(messages: Sequence[Message], may_call: bool) -> Reply:
    """The next turn; when both facts are known or refused, the tool call and no words.

    After that call has been answered there is nothing more to say here.
    """
    if messages and messages[-1].role == "tool":
        return Reply()
    state = _State(facts=first_facts(messages))
    is_choice = False
    for message in without_denials(messages):
        if message.role == "assistant" and message.text:
            state = replace(state, asked=_asked(message.text) or state.asked)
            is_choice = offers_to_go_on(message)
        elif message.role == "user" and not is_choice:
            state = _listen(state, message.text)
    if state.facts.missing():
        return Reply(text=_ask(state))
    facts = {"name": state.facts.name or "", "location": state.facts.place or ""}
    if not may_call:
        return Reply(text="Thank you. Shall we begin the story?")
    return Reply(tool_calls=(ToolCall("information_gathered", facts),))


def _asked(text: str) -> frozenset[Kind]:
    """What a sentence of the assistant asks for; empty when it asks for neither."""
    asked: set[Kind] = set()
    question = text.split(". ")[-1] if "?" in text else text
    if _ASKS_NAME.search(question):
        asked.add(NAME)
    if _ASKS_PLACE.search(question):
        asked.add(PLACE)
    return frozenset(asked)


def _listen(state: _State, text: str) -> _State:
    words = plain(text)
    if is_stop(words):  # the story hears it too, and ends at once
        return replace(state, facts=Facts(state.facts.name or "", state.facts.place or ""))
    facts = learn(state.facts, text, state.asked)
    state = replace(state, facts=facts, last_words=words, learnt=facts != state.facts)
    if state.learnt or _is_harmless(words):
        return state
    missing = state.asked & facts.missing() or facts.missing()
    if NAME in missing:
        state = replace(state, failed_names=state.failed_names + 1)
        if state.failed_names >= TRIES:
            state = replace(state, facts=replace(facts, name=""))
    elif PLACE in missing:
        state = replace(state, failed_places=state.failed_places + 1)
        if state.failed_places >= TRIES:
            state = replace(state, facts=replace(facts, place=""))
    return state


def _is_harmless(words: str) -> bool:
    """Not an answer, but no failure to understand either."""
    return bool(words) and (
        _GREETING.fullmatch(words) is not None or is_repeat(words) or is_question(words)
    )


def _ask(state: _State) -> str:
    """The question for the first missing fact, fit to what the caller has just said."""
    missing = state.facts.missing()
    question = _question(state, NAME if NAME in missing else PLACE)
    words = state.last_words
    if not words and not (state.failed_names or state.failed_places):
        return ASK_BOTH if missing == BOTH else question
    if state.learnt:
        return f"{_acknowledge(state)} {question}"
    if is_repeat(words):
        return ASK_BOTH if missing == BOTH else question
    if _GREETING.fullmatch(words):
        return f"Hello. {question}"
    if is_question(words) and not is_noise(words):
        return f"{answer(words)} {question}"
    if is_yes(words) and missing == BOTH:
        return f"Thank you. {ASK_NAME}"
    return ASK_NAME_AGAIN if NAME in missing else ASK_PLACE_AGAIN


def _question(state: _State, kind: Kind) -> str:
    if kind == PLACE:
        return ASK_PLACE
    return "And what is your name?" if state.facts.place and state.learnt else ASK_NAME


def _acknowledge(state: _State) -> str:
    facts = state.facts
    if facts.name == "" and facts.place is None:
        return "That is quite all right."
    if facts.name and facts.place is None:
        return f"Nice to meet you, {facts.name}."
    if facts.place:
        return f"Thank you, {facts.place} is a good place for a story."
    return "That is quite all right."
