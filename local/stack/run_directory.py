"""Where one run keeps its logs, recordings and database."""

from datetime import datetime
from itertools import count
from pathlib import Path

from local.stack.parts.programs import REPOSITORY


def new(parent: Path = REPOSITORY / "runs") -> Path:
    """Make a directory named after the present second; a number is added when it is taken."""
    name = f"{datetime.now():%Y%m%d-%H%M%S}"
    for attempt in count(1):
        path = parent / (name if attempt == 1 else f"{name}-{attempt}")
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        return path
    raise AssertionError("count() ends never")
