"""Whether the words heard so far are a whole answer, or promise more. English only."""

import re

from bot.talk.turns.question import Asked, Question
from bot.talk.turns.words import FILLERS, word_list, words_of

_DANGLING = word_list("dangling")
_CLOSED_PHRASES = word_list("closed_phrases")
_SHORT_ANSWERS = word_list("short_answer_phrases")
_SECOND_THOUGHTS = word_list("second_thoughts")
_PLACE_BEGINNINGS = word_list("place_beginnings")
_YES_OR_NO = word_list("yes") | word_list("no")
_YES_PHRASES = word_list("yes_phrases")
_ORDINALS = word_list("ordinals")
_GOODBYES = word_list("goodbyes")
_MAY_BEGIN = frozenset({"a", "an", "the", "in", "near", "my", "great", "good"})
# These words begin no name, no place and no thing.
_TALK = (_DANGLING | _YES_OR_NO | word_list("talk")) - _MAY_BEGIN
_THINKING = frozenset({"", "let me think", "let me see", "i think", "one moment", "wait"})

# Where a caller says the place: "I'm Peter from Berlin".
_PLACE_MARKS = frozenset({"from", "in", "at", "near", "calling", "live"})
_NAME_LEADS = re.compile(
    r"^(?:(?:hello|hi|hey|good (?:morning|evening|afternoon)|yes|okay|oh|well|echo|there|so|um|uh)"
    r"(?: |$))*(?:(?:my name(?:'s| is)|i'm|i am|it's|it is|this is|call me|you can call me"
    r"|the name is|here is)(?: |$))?"
)
_PLACE_LEADS = re.compile(
    r"^(?:(?:well|oh|um|uh|yes|and|so|right now|currently) )*"
    r"(?:(?:i'm|i am|we're|it's|i live|i am calling|i'm calling|calling|i come) ?)?"
    r"(?:(?:from|in|at|near|here in|over in) ?)?"
)
# "... and I am calling from": what stands between the name and the place.
_BETWEEN = re.compile(r"(?: and)?(?: (?:i am|i'm|we are|we're|i|i live|am))?(?: calling| living)?$")

# Longer than this is no bare name, no bare place and no bare choice, but a sentence.
_NAME_WORDS = 3
_PLACE_WORDS = 4
_YES_OR_NO_WORDS = 4
_CHOICE_WORDS = 9
_THING_WORDS = 4
_LONG = 5


def trails_off(text: str, question: Question) -> bool:
    """Whether the words promise more: they end on "and", "from", "um", a comma, dots or a dash."""
    words, written = words_of(text), text.rstrip()
    if not words:
        return False
    if written.endswith((",", "...", "…", "-", "–", "—", ":", ";")):
        return True
    if _is_closed(words, question) or (written.endswith("?") and len(words) > 1):
        return False
    if len(words) >= _LONG and written.endswith(".") and " ".join(words[-2:]) in _SHORT_ANSWERS:
        return False  # "I run as fast as I can."
    if words[-1] in _DANGLING or " ".join(words[-2:]) in _SECOND_THOUGHTS:
        return True
    # "The one on the right": after other words these three are no sounds of thinking.
    return words[-1] in FILLERS and (len(words) == 1 or words[-1] not in ("right", "like", "so"))


def _is_closed(words: tuple[str, ...], question: Question) -> bool:
    """Whether the last words are whole, though they would dangle anywhere else."""
    last_two = " ".join(words[-2:])
    if question.asked is Asked.CHOICE and words[-1] in question.options | _ORDINALS:
        return True
    if question.asked is Asked.YES_OR_NO and last_two in _SHORT_ANSWERS:
        return True
    return last_two in _CLOSED_PHRASES or " ".join(words[-3:]) in _CLOSED_PHRASES


def only_thinks(text: str) -> bool:
    """Whether nothing has been said yet but "um", "well", "let me think"."""
    words = words_of(text)
    rest = " ".join(word for word in words if word not in FILLERS)
    return bool(words) and rest in _THINKING


def spells(text: str) -> bool:
    """Whether the caller is spelling: the last two words are single letters."""
    words = words_of(text)
    letters = [word for word in words[-2:] if len(word) == 1 and word not in ("a", "i")]
    return len(letters) == min(len(words), 2) > 0


def begins_a_place(text: str, question: Question) -> bool:
    """Whether the words stop in the middle of a place's name: "I'm from New"."""
    words = words_of(text)
    asks_place = question.asked in (Asked.PLACE, Asked.NAME_AND_PLACE)
    return asks_place and bool(words) and words[-1] in _PLACE_BEGINNINGS


def is_goodbye(text: str) -> bool:
    """Whether the caller takes leave."""
    return any(word in _GOODBYES for word in words_of(text)[-2:])


def promises_more(text: str, question: Question) -> bool:
    """Whether the words are surely not the last ones."""
    if _is_closed(words_of(text), question):
        return False
    return (
        trails_off(text, question)
        or only_thinks(text)
        or spells(text)
        or begins_a_place(text, question)
    )


def is_whole(text: str, question: Question) -> bool:
    """Whether the words answer what was asked, so that nothing more needs to be waited for."""
    words = words_of(text)
    if not words or promises_more(text, question):
        return False
    match question.asked:
        case Asked.NAME:
            return _is_name(words)
        case Asked.PLACE:
            return _is_place(words)
        case Asked.NAME_AND_PLACE:
            return _has_name_and_place(text, words)
        case Asked.YES_OR_NO:
            return _is_yes_or_no(words)
        case Asked.CHOICE:
            return _is_choice(words, question.options) or _is_yes_or_no(words)
        case Asked.THING:
            return _is_thing(words)
        case _:
            return False


def is_half(text: str, question: Question) -> bool:
    """Whether one of the two things that were asked is there, and the other may follow."""
    words = words_of(text)
    if question.asked is not Asked.NAME_AND_PLACE or is_whole(text, question) or not words:
        return False
    greets = not _NAME_LEADS.sub("", " ".join(words), count=1)
    return greets or _is_name(words) or (words[0] in _PLACE_MARKS and _is_place(words))


def _is_name(words: tuple[str, ...]) -> bool:
    name = _NAME_LEADS.sub("", " ".join(words), count=1).split()
    return "name" not in name and 0 < len(name) <= _NAME_WORDS and name[0] not in _TALK


def _is_place(words: tuple[str, ...]) -> bool:
    place = _PLACE_LEADS.sub("", " ".join(words), count=1).split()
    return 0 < len(place) <= _PLACE_WORDS and place[0] not in _TALK


def _has_name_and_place(text: str, words: tuple[str, ...]) -> bool:
    marks = [index for index, word in enumerate(words) if word in _PLACE_MARKS]
    if marks and marks[-1] < len(words) - 1:
        name = _BETWEEN.sub("", " ".join(words[: marks[0]]), count=1)
        return _is_name(words_of(name)) and _is_place(words[marks[-1] + 1 :])
    # "Peter, Berlin."
    parts = [words_of(part) for part in text.split(",") if words_of(part)]
    return len(parts) == 2 and _is_name(parts[0]) and _is_place(parts[1])


def _is_yes_or_no(words: tuple[str, ...]) -> bool:
    said = [word for word in words if word not in FILLERS]
    if not said or len(said) > _YES_OR_NO_WORDS:
        return False
    return said[0] in _YES_OR_NO or " ".join(said[:2]) in _YES_PHRASES


def _is_choice(words: tuple[str, ...], options: frozenset[str]) -> bool:
    chosen = any(word in options or word in _ORDINALS for word in words)
    return chosen and len(words) <= _CHOICE_WORDS


def _is_thing(words: tuple[str, ...]) -> bool:
    said = [word for word in words if word not in FILLERS]
    return 0 < len(said) <= _THING_WORDS and said[0] not in _TALK
