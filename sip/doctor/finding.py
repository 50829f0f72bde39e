"""What the doctor says about one link of the chain."""

from dataclasses import dataclass
from enum import StrEnum

# The last link of the chain: the walk leaves it out, or the bot looks at it.
AGENT = "agent"


class Result(StrEnum):
    """FAIL: callers do not arrive, or not where they should. WARN: look at it. SKIP: not known."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, how it is, and what to do about it."""

    check: str
    result: Result
    words: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        """The same as plain values."""
        return {
            "check": self.check,
            "result": str(self.result),
            "words": self.words,
            "remedy": self.remedy,
        }


def passed(check: str, words: str) -> Finding:
    """The finding of a link that is whole."""
    return Finding(check, Result.PASS, words)


def warned(check: str, words: str, remedy: str) -> Finding:
    """The finding of a link that may break."""
    return Finding(check, Result.WARN, words, remedy)


def failed(check: str, words: str, remedy: str) -> Finding:
    """The finding of a broken link."""
    return Finding(check, Result.FAIL, words, remedy)


def skipped(check: str, words: str) -> Finding:
    """The finding of a link that cannot be looked at before another is mended."""
    return Finding(check, Result.SKIP, words)
