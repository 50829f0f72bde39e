"""What acts on a caller's rights needs the caller's own words, or their yes to a question."""

import asyncio
import contextlib
from collections import Counter, deque
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

# A model may ask back by itself, and a name may have to be told, before it acts.
_TURNS = 3
# Who answers neither yes nor no, and is taken to wish it again, is asked once more.
_MOST_ASKED = 2
# A realtime model may act before the ears have written the words of the turn: seen on calls, 10 ms
# after a turn that had ended by its silence alone.
_WRITING_LIMIT_S = 1.5


class Right(StrEnum):
    """What is done at the caller's wish alone; the value is the tool that does it."""

    FORGET = "forget_me"
    BLOCK = "do_not_call"


class Answer(Enum):
    """What a turn is to a question that is answered with yes or no."""

    YES = auto()
    NO = auto()
    UNCLEAR = auto()
    UNHEARD = auto()  # a realtime model has heard it, and nobody transcribed it


class Permission(Enum):
    """What is done about a model that wants to act on a right."""

    GRANTED = auto()
    ASK = auto()  # the caller has not been heard to want it
    WAIT = auto()  # they were asked, and have not answered yet
    REFUSED = auto()  # they do not want it


@dataclass(frozen=True)
class Heard:
    """One turn of the caller's: what it may be a wish for, and what it is as an answer."""

    wishes: frozenset[Right]
    answer: Answer


class Rights:
    """What one caller was heard to want of their rights."""

    def __init__(self) -> None:
        self._heard: deque[Heard] = deque(maxlen=_TURNS)
        self._granted: set[Right] = set()
        self._denied: set[Right] = set()
        self._asked: Counter[Right] = Counter()
        self._open: Right | None = None  # the one that the caller was asked about last
        self._is_unheard = False  # and has answered, without words of which we know
        self._are_words_known = asyncio.Event()
        self._are_words_known.set()

    def hear(self, heard: Heard) -> Right | None:
        """The caller has said something; returns the right that it is a yes to."""
        right = self._open
        if heard.answer is not Answer.UNHEARD:
            self._are_words_known.set()
        else:
            self._are_words_known.clear()
            self._is_unheard = right is not None
            return None
        self._open = None
        if right is not None and heard.answer is Answer.YES:
            self._granted.add(right)
            return right
        if right is not None and heard.answer is Answer.NO and right not in heard.wishes:
            self._denied.add(right)
        self._heard.append(heard)
        return None

    async def words_known(self) -> None:
        """Wait until the words of the last turn are written, within a limit."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_WRITING_LIMIT_S):
                await self._are_words_known.wait()
        self._are_words_known.set()  # a turn is waited for once

    def weigh(self, right: Right) -> Permission:
        """A model wants to act on `right`. ASK is to be followed by the question."""
        is_wished = any(right in heard.wishes for heard in self._heard)
        # What was answered without words of which we know, the model has heard.
        is_judged_by_model = self._open is right and self._is_unheard
        if is_wished or is_judged_by_model or right in self._granted:
            self._granted.add(right)
            return Permission.GRANTED
        if self._open is right:
            return Permission.WAIT
        if right in self._denied or self._asked[right] >= _MOST_ASKED:
            return Permission.REFUSED
        self._asked[right] += 1
        self._open, self._is_unheard = right, False
        return Permission.ASK
