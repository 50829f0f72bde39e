"""Whether a caller may have asked for what only they can ask for, by their own words. English."""

import re

from agents.memory.consent import says_yes
from agents.rights.asking import Answer, Heard, Right
from agents.taming.words import clauses_in, words_in

_NOT = (
    r"\b(?:not|never|no|stop|quit|without|nothing|dont|cannot|"
    r"(?:do|does|did|can|should|would)n't)\b"
)

# Wide on purpose: they only permit what a model has understood already, so a caller in a story who
# wants to "delete everything" loses nothing by it. What is refused is asked back, not ignored.
_MEANS = {
    Right.FORGET: re.compile(
        r"\b(?:forget|forgetting|forgotten|unlearn|delete|deleted|erase|erased|wipe|purge|scrub|"
        r"remove|removed|clear|destroy|get rid of|throw away)\b(?: \S+){0,4}? "
        r"(?:me|my|mine|myself|us|our|everything|anything|all|data|information|info|details|"
        r"number|names?|records?|memory|history|profile|about|you know|you have|you've|this call)\b"
        r"|\b(?:be|been|get) (?:forgotten|deleted|erased|removed)\b"
        rf"|{_NOT}(?: \S+){{0,5}}? (?:remember|remembering|know|keep|keeping|kept|store|stored|"
        r"save|saved|retain|memorize|hold)\b"
        r"|\b(?:privacy|gdpr|personal data)\b"
    ),
    Right.BLOCK: re.compile(
        rf"{_NOT}(?: \S+){{0,5}}? (?:call|calls|calling|ring|ringing|phone|phoning|dial|dialling|"
        r"dialing|contact|contacting|bother|bothering|disturb|disturbing|harass|harassing|"
        r"hear from)\b(?! (?:it|him|her|them|the|a|an|for)\b)"
        r"|\b(?:take|remove|delete|strike|cross|get)(?: \S+){0,2}? (?:off|from)\b"
        r"|\b(?:block|remove|lose)(?: \S+)? (?:me|number)\b"
        r"|\b(?:leave me alone|do not call list|opt out|unsubscribe)\b"
    ),
}
# The opposite of the wish.
_NOT_MEANT = re.compile(
    r"\b(?:not|never|don't|dont|didn't|won't|can't|cannot|shouldn't) (?:you )?(?:ever )?"
    r"(?:forget|forgotten|delete|erase|remove|block)\b|\bno need to\b"
)


def understood(said: str) -> Heard:
    """What these words may mean. Words without a letter stand for a turn of which nobody but a
    realtime model has heard any.
    """
    wishes = frozenset(right for right in Right if may_ask_for(right, said))
    if not any(char.isalnum() for char in said):
        return Heard(wishes, Answer.UNHEARD)
    if wants_it(said):
        return Heard(wishes, Answer.YES)
    return Heard(wishes, Answer.NO if denies(said) else Answer.UNCLEAR)


def may_ask_for(right: Right, said: str) -> bool:
    """Whether this may be a wish for it. True for many who want nothing of the kind."""
    return any(
        _MEANS[right].search(each) and not _NOT_MEANT.search(each) for each in clauses_in(said)
    )


# What an answer may begin with before it is one.
_FILLERS = frozenset({"ah", "er", "hm", "oh", "uh", "um", "well"})
_YES = frozenset({"absolutely", "certainly", "correct", "definitely", "exactly", "ok", "okay"})
_YES |= {"please", "sure", "yeah", "yep", "yes", "yup"}
_NO = frozenset({"can't", "don't", "dont", "nah", "never", "no", "nope", "not", "shouldn't"})


def wants_it(answer: str) -> bool:
    """Whether somebody who was asked about a wish says yes; "yes, never again" is one."""
    words = [word for word in words_in(answer) if word not in _FILLERS]
    if not words or words[0] not in _YES:
        return says_yes(answer)
    return words[1:2] != ["but"] and (words[0] == "yes" or _NO.isdisjoint(words))


def denies(answer: str) -> bool:
    """Whether they say no."""
    return not wants_it(answer) and not _NO.isdisjoint(words_in(answer))
