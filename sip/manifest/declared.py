"""What an operator declared, as values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sip.manifest.yaml_lines import Path
from sip.objects.kinds import Kind
from sip.problems import Problem

# What carriers call the headers that let a call in.
_SECRET_HEADER = re.compile(r"auth|key|pass|secret|signature|token", re.IGNORECASE)


def is_secret_header(name: str) -> bool:
    """Whether the value of a SIP header is not to be shown, going by its name."""
    return _SECRET_HEADER.search(name) is not None


@dataclass(frozen=True)
class Declared:
    """One object as the file wants it.

    `fields` has only what the file speaks of, in the form of protobuf's JSON with the API's
    field names. `trunks` is None when the file does not speak of them, and always for trunks.
    """

    kind: Kind
    name: str
    line: int
    fields: Mapping[str, Any] = field(repr=False)
    trunks: tuple[str, ...] | None = None
    secrets: frozenset[Path] = frozenset()  # paths in `fields` that are shown as stars
    unset: frozenset[Path] = frozenset()  # secrets whose environment variable is not set


@dataclass(frozen=True)
class Manifest:
    """The file, read and checked. `problems` has what is told but was not refused."""

    file: str
    declared: tuple[Declared, ...] = ()
    removed: tuple[tuple[Kind, str], ...] = ()
    lines: Mapping[Path, int] = field(default_factory=dict, repr=False)
    problems: tuple[Problem, ...] = ()

    def of(self, kind: Kind) -> tuple[Declared, ...]:
        """What is declared of one kind, in the order of the file."""
        return tuple(declared for declared in self.declared if declared.kind is kind)

    def line_of(self, path: Path) -> int:
        """The line of the value at `path`, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def find(self, kind: Kind, name: str) -> Declared | None:
        """The declared object of that kind and name."""
        for declared in self.declared:
            if (declared.kind, declared.name) == (kind, name):
                return declared
        return None
