"""Places that are known by name."""

import re
from functools import cache
from importlib.resources import files


@cache
def known_places() -> frozenset[str]:
    """Lower case, words joined by single spaces."""
    text = files(__package__).joinpath("places.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word.replace("-", " ") for line in lines for word in line.split())


def is_known_place(text: str) -> bool:
    return " ".join(re.findall(r"[^\W_]+", text.lower())) in known_places()
