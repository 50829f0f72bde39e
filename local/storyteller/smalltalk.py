"""Questions about Echo herself, answered in one short sentence and truthfully."""

import re

_ANSWERS: tuple[tuple[str, str], ...] = (
    (
        r"\b(robot|machine|computer|human|person|real|bot|a i|ai|artificial|recording|chat ?gpt|"
        r"program|alive)\b",
        "I am a scripted demo storyteller, a program and not a person.",
    ),
    (
        r"\b(who (are|r) you|who is (this|that|it|there|calling|speaking)|who s (this|that|there|"
        r"speaking|calling)|your name|who am i (talking|speaking))",
        "I am Echo, a scripted demo storyteller.",
    ),
    (
        r"\b(why|what for|what do you need|do you (store|keep|save|record))\b",
        "I only use it for your story.",
    ),
    (r"\b(how are you|how do you do)\b", "I am very well, thank you."),
    (r"\b(hear me|you there)\b", "I can hear you well."),
    (r"\b(how long|how much time|how many)\b", "A story takes only a few minutes."),
    (r"\b(cost|free|pay|price)\b", "The story itself costs nothing."),
    (r"\bwhere are you\b", "I live in a book of stories."),
    (
        r"\b(what is this|what s this|what do you do|what can you|what kind|what stories|how does|"
        r"what happens|what are you)\b",
        "I tell stories by telephone, and you decide what happens.",
    ),
)
_QUESTION = re.compile(
    r"(((and|but|so|well|um|uh|oh|wait|hey|hello|hi|sorry|okay|no|yes|echo|maria|excuse me)) )*"
    r"(who|what|why|how|when|where|which|can|could|do|does|did|are|is|will|would|am i|"
    r"have you|tell me (who|what|how|why|where))\b"
)
_ASKS_YOU = re.compile(
    r"\b(who (are|r) you|are you (a|an|the|real|human|some|alive)|"
    r"is this (a|an|real|some)|what s your name|what is your name|who is this|"
    r"am i (talking|speaking))\b"
)
OTHERWISE = "That I do not know, I only tell stories."


def is_question(words: str) -> bool:
    """The caller asks something instead of answering (question marks are not to be trusted)."""
    return _QUESTION.match(words) is not None or _ASKS_YOU.search(words) is not None


def asks_about_echo(words: str) -> bool:
    """A question that must be answered whatever the story is just asking."""
    return _ASKS_YOU.search(words) is not None


def answer(words: str) -> str:
    """One short sentence that is true."""
    for pattern, sentence in _ANSWERS:
        if re.search(pattern, words):
            return sentence
    return OTHERWISE
