"""Something wrong in a file: where, why, and what to do about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sip.errors import SipError


class Severity(StrEnum):
    """ERROR: the file cannot be used. OPEN: refused unless somebody says why. WARNING: told."""

    ERROR = "error"
    OPEN = "open"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """One finding in a file. `line` counts from 1; `where` is the path, "inbound_trunks.main"."""

    file: str
    line: int
    where: str
    reason: str
    remedy: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """One line, in the form that editors and CI turn into a link."""
        place = f"{self.file}:{self.line}"
        return f"{place}: {self.severity}: {self.where}: {self.reason}. {self.remedy}"


def where(path: Iterable[str | int]) -> str:
    """A path in a file as it is shown: "inbound_trunks.main.numbers.0"."""
    return ".".join(str(part) for part in path) or "file"


class ManifestError(SipError):
    """trunks.yaml cannot be used; `problems` has every reason, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
