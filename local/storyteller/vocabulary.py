"""Word lists kept as data, in words.toml beside this module."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def _lists() -> dict[str, str]:
    text = files(__package__).joinpath("words.toml").read_text("utf-8")
    return {str(key): str(words) for key, words in tomllib.loads(text).items()}


def word_list(name: str) -> frozenset[str]:
    """The words of one list, in lower case. Raises KeyError for a list that does not exist."""
    return frozenset(_lists()[name].split())
