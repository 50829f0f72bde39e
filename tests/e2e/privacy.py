"""What must never stand in a log: the numbers of callers, and what was said."""

import re
from pathlib import Path

# The numbers that the tests call from, and the names and places that their callers tell.
_PERSONAL = re.compile(r"\d*202555\d{4}|\b(Maria|Lisbon|Peter|Berlin|lighthouse)\b")


def personal_lines(log: Path) -> list[str]:
    """The lines of `log` that tell more of a caller than they may."""
    return [line[:300] for line in log.read_text().splitlines() if _PERSONAL.search(line)]
