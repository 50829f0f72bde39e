"""What is wrong with the settings, said all at once."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one variable, and what to do about it."""

    variable: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.variable} {self.wrong}. {self.remedy}"


class SettingsError(Exception):
    """The settings cannot be used; `problems` holds every reason, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [f"  - {problem}" for problem in self.problems]
        if any(problem.variable.endswith(("_KEY", "_SECRET")) for problem in self.problems):
            lines.append("No keys at hand? `make demo` makes a whole call on this machine without.")
        super().__init__("\n".join(["The settings have problems:", *lines]))
