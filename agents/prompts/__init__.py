"""Echo's persona and everything she is told to say, as text files beside this one.

A file is a `string.Template`: `$name` and `$location` are filled in by `load_prompt`.
"""

from functools import cache
from importlib.resources import files
from string import Template


@cache
def _template(name: str) -> Template:
    text = files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return Template(text.strip())


def load_prompt(prompt: str, /, **values: str) -> str:
    """Return the text of `prompt`, with its placeholders filled from `values`.

    Raises FileNotFoundError for a prompt that does not exist and KeyError for a
    placeholder without a value: both are mistakes of a developer, not of a caller.
    """
    return _template(prompt).substitute(values)
