"""Echo's persona and everything she is told to say, as text files beside this one.

A file is a `string.Template`: `$name` and `$location` are filled in by `load_prompt`.

`_VERSION` goes up with a change of how Echo tells: docs/stories.md.
"""

import hashlib
from functools import cache
from importlib.resources import files
from string import Template

_VERSION = "2"


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


@cache
def prompts_version() -> str:
    """Which words Echo is led by: the version, and a short sum of all texts as they stand.

    Two calls with the same one were told by the same rules, whoever has edited a file meanwhile.
    """
    texts = sorted(files(__package__).iterdir(), key=lambda entry: entry.name)
    total = hashlib.sha256()
    for entry in texts:
        if entry.name.endswith(".txt"):
            total.update(entry.name.encode() + b"\0" + entry.read_bytes())
    return f"{_VERSION}-{total.hexdigest()[:8]}"
