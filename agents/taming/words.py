"""What somebody said, word by word, as it is compared."""

import re

_CLAUSES = re.compile(r"[.,;:!?…]+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def words_in(said: str) -> list[str]:
    """The words in small letters, without what is between them; an apostrophe is always "'"."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(said)]


def clauses_in(said: str) -> list[str]:
    """What stands between two marks, each as its `words_in` with single spaces."""
    return [" ".join(words_in(clause)) for clause in _CLAUSES.split(said)]
