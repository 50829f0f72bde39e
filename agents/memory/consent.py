"""Whether somebody has said yes, judged by their own words: no model decides that. English only."""

import re

_YES = frozenset(
    {"absolutely", "alright", "certainly", "definitely", "fine", "gladly", "good", "great"}
    | {"lovely", "nice", "ok", "okay", "please", "sure", "yeah", "yep", "yes", "yup"}
)
_YES_PHRASES = re.compile(
    r"\b(of course|go ahead|all right|you may|you can|i (would|do)|why not)\b"
)
_NO = re.compile(
    r"\b(no|nope|nah|not|never|nothing|none|rather|forget|delete|erase|don't|dont|can't|cannot|won't|"
    r"shouldn't|wouldn't|better|stop|wait|why (?!not)|what|who|how)\b"
)
# Longer answers hold a condition, or are no answer.
_ANSWER_WORDS = 14
_LEAVES = re.compile(
    r"\b(good ?bye|bye|hang up|(have|need|got|must) (to )?go|stop|enough|leave me alone)\b"
)
_FORGET = re.compile(
    r"\b((forget|delete|erase|remove) (about |all |everything |what )*(me|my|mine|you know|about)|"
    r"forget me)\b"
)


def says_yes(words: str) -> bool:
    """A clear yes and nothing else; whatever is not one counts as no."""
    said = _plain(words)
    if _NO.search(said) and "why not" not in said:
        return False
    if len(said.split()) > _ANSWER_WORDS:
        return False
    return not _YES.isdisjoint(said.split()) or _YES_PHRASES.search(said) is not None


def takes_leave(words: str) -> bool:
    """The caller is going, and is not to be asked anything any more."""
    return _LEAVES.search(_plain(words)) is not None


def wants_to_be_forgotten(words: str) -> bool:
    """The answer is more than a no."""
    return _FORGET.search(_plain(words)) is not None


def _plain(words: str) -> str:
    return " ".join(re.findall(r"[a-z]+(?:'[a-z]+)?", words.lower().replace("’", "'")))
