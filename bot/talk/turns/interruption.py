"""What a voice over Echo's own means: a decision with a reason, from words and times alone."""

from dataclasses import dataclass
from enum import Enum

from bot.talk.turns.words import is_backchannel, words_of

# Voice with an open mouth, over Echo's own, for which she falls silent: two windows of the
# detector. Whether it was a word is decided while she is: waiting for words first would let her
# talk over the caller for half a second more.
PAUSE_AFTER_S = 0.06
# Silence, counted from when the detector calls it one, after which Echo goes on where she was.
RESUME_AFTER_S = 0.25
# The same when its words are there already, and are a listener's: no others are waited for.
RESUME_AFTER_WORDS_S = 0.0
# A voice without words that lasts this long is the caller's, where no words may come: "mm-hm" and
# a cough are shorter.
YIELD_AFTER_S = 0.8

# So many words of Echo's own sentence in a row are her echo, not the caller's.
_ECHO_WORDS = 3


class Verdict(Enum):
    """What Echo does about a voice that is heard while she speaks."""

    TALK_ON = "talk on"  # nothing that counts
    PAUSE = "pause"  # somebody speaks: fall silent and listen
    GO_ON = "go on"  # it was nothing: go on in the middle of the sentence
    YIELD = "yield"  # the caller wants the word: the sentence is over


@dataclass(frozen=True, slots=True)
class Overlap:
    """A voice over Echo's own.

    `voice_s` is how long it lasted so far, `silence_s` for how long it has been gone (0 while it
    lasts), `text` the words heard in it, `saying` the words that Echo is saying. `transcribed` is
    False where the voice may be the caller's although no words come of it.
    """

    voice_s: float
    silence_s: float = 0.0
    text: str = ""
    saying: str = ""
    transcribed: bool = True


def judge(overlap: Overlap) -> tuple[Verdict, str]:
    """Return what Echo does about the voice, and why."""
    if counts_as_words(overlap.text, overlap.saying):
        return Verdict.YIELD, "words"
    if not overlap.transcribed and overlap.voice_s >= YIELD_AFTER_S:
        return Verdict.YIELD, "a long voice"
    if overlap.voice_s < PAUSE_AFTER_S:
        return Verdict.TALK_ON, "too short"
    has_words = bool(words_of(overlap.text))
    wait_s = RESUME_AFTER_WORDS_S if has_words else RESUME_AFTER_S
    if not overlap.silence_s or overlap.silence_s < wait_s:
        return Verdict.PAUSE, "a voice"
    return Verdict.GO_ON, "a backchannel" if has_words else "no words"


def counts_as_words(text: str, saying: str = "") -> bool:
    """Whether the words are the caller's own and ask for the word."""
    words = words_of(text)
    return bool(words) and not is_backchannel(text) and not is_echo(text, saying)


def is_echo(text: str, saying: str) -> bool:
    """Whether the line sends Echo's own words back: three or more of them, in her order."""
    heard, said = words_of(text), words_of(saying)
    if len(heard) < _ECHO_WORDS:
        return False
    return any(said[at : at + len(heard)] == heard for at in range(len(said) - len(heard) + 1))
