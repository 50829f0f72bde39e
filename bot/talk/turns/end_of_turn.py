"""Whether the caller has finished: a decision with a reason, from words and times alone."""

from dataclasses import dataclass

from bot.talk.turns.answer import (
    is_goodbye,
    is_half,
    is_whole,
    only_thinks,
    promises_more,
    spells,
)
from bot.talk.turns.question import NO_QUESTION, Question
from bot.talk.turns.words import is_backchannel, words_of

# All waits count from the silence that the voice detector sees. It sees the end of a voice 0.1 s
# late (measured on calls): the caller has been silent for so much longer.

# A whole answer to what was asked: nothing more is to come.
WHOLE_S = 0.1
# A question of the caller's, as the transcription punctuates it. In 105 pauses of recorded calls,
# waiting longer than this after one kept no caller from being cut off.
QUESTION_S = 0.2
# A sentence that is whole by its words and its punctuation.
SENTENCE_S = 0.45
# Plain silence, when the words tell nothing. Callers pause for 0.5 s in the middle of a turn
# (median), three quarters of the pauses are under 0.74 s.
PLAIN_S = 0.6
# "Okay", "uh-huh", "sure" that answer nothing: a listener's, who may go on to say something.
LISTENS_S = 1.1
# One of the two things that were asked: the other follows, or does not.
HALF_S = 0.8
# The words promise more.
TRAILING_S = 1.4
# Nothing but "um": a caller who thinks is not to be hurried.
THINKING_S = 1.8
# No caller's habit makes everybody wait longer than this.
LONGEST_S = 2.0

# What a detector of sound thinks moves the wait by these factors: v1-mini at its English threshold.
# On recorded calls a quarter of the pauses is cut so, at a wait at which plain silence cuts 45 %.
_LIKELY_OVER = 0.36
_FASTER, _SLOWER = 0.8, 2.0

# Less than this is not worth waiting for; two clocks do not agree better.
_A_MOMENT_S = 0.001
_SENTENCE_WORDS = 2
_QUESTION_WORDS = 3


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known at a moment of silence.

    `text` is what was heard in this turn, interim words too. `habit_s` is the pause that this
    caller makes within a turn, None while it is not known. `over` is an audio detector's opinion
    that the turn is over, 0 to 1, None without one. `english` False leaves silence alone to judge.
    """

    text: str
    question: Question = NO_QUESTION
    habit_s: float | None = None
    over: float | None = None
    english: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """The turn is over after `wait_s` of silence since the caller's last sound."""

    wait_s: float
    reason: str

    def left_s(self, silence_s: float) -> float:
        """How long is still to be waited after `silence_s` of silence; 0 means: go now."""
        left_s = self.wait_s - silence_s
        return left_s if left_s > _A_MOMENT_S else 0.0


def decide(heard: Heard) -> Decision:
    """Return after how much silence the caller's turn is over, and why."""
    if heard.english and words_of(heard.text):
        fixed = _by_promise(heard.text, heard.question)
        if fixed is not None:
            return fixed
        if is_whole(heard.text, heard.question):
            return Decision(WHOLE_S, f"a whole answer ({heard.question.asked.value})")
        if is_goodbye(heard.text):
            return Decision(WHOLE_S, "a goodbye")
        if is_half(heard.text, heard.question):
            return Decision(_adapted(HALF_S, heard), "half of what was asked")
        if is_backchannel(heard.text):
            return Decision(LISTENS_S, "only listens")
        if _is_question(heard.text):
            return Decision(_adapted(QUESTION_S, heard), "asks")
        if _is_sentence(heard.text):
            return Decision(_adapted(SENTENCE_S, heard), "a whole sentence")
    return Decision(_adapted(PLAIN_S, heard), "silence alone")


def _by_promise(text: str, question: Question) -> Decision | None:
    if not promises_more(text, question):
        return None
    if only_thinks(text):
        return Decision(THINKING_S, "thinks")
    return Decision(TRAILING_S, "spells" if spells(text) else "trails off")


def _adapted(wait_s: float, heard: Heard) -> float:
    """Fit a wait to this caller's own pauses and to what the sound says."""
    if heard.habit_s is not None:
        wait_s = max(wait_s, heard.habit_s)
    if heard.over is not None:
        wait_s *= _FASTER if heard.over >= _LIKELY_OVER else _SLOWER
    return min(wait_s, LONGEST_S)


def _is_question(text: str) -> bool:
    """Ends like a question. Two words may be a name that was heard as one: "Paris, France?"."""
    return text.rstrip().endswith("?") and len(words_of(text)) >= _QUESTION_WORDS


def _is_sentence(text: str) -> bool:
    """Ends like a sentence, as the transcription punctuates it."""
    return text.rstrip().endswith((".", "!", "?")) and len(words_of(text)) >= _SENTENCE_WORDS
