"""How provision-trunk shows what it found."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sip.doctor.finding import Finding, Result
from sip.errors import ApplyFailed
from sip.one_line import one_line
from sip.plan.status import Standing
from sip.problems import Problem, Severity

_LINE_STYLES = {"+": "green", "~": "yellow", "-": "red", "!": "bold red", "=": "green"}
_SEVERITY_STYLES = {
    Severity.ERROR: "red",
    Severity.OPEN: "red",
    Severity.WARNING: "yellow",
}
_RESULT_STYLES = {
    Result.PASS: "green",
    Result.WARN: "yellow",
    Result.FAIL: "red",
    Result.SKIP: "",
}

# A field may hold a text of somebody's; what is longer is no line to read.
_MOST = 4_000

_out = Console(highlight=False, soft_wrap=True)
_err = Console(highlight=False, soft_wrap=True, stderr=True)


def say(text: str) -> None:
    """Print a text."""
    _out.print(text, markup=False)


def complain(text: str) -> None:
    """Print an error."""
    _err.print(escape(text), style="red")


def print_lines(lines: Iterable[str]) -> None:
    """Print lines in the colour of their first character."""
    for line in lines:
        _out.print(_shown(line), style=_LINE_STYLES.get(line[:1]))


def print_json(document: Any) -> None:
    """Print a document for programs."""
    _out.print(json.dumps(document, indent=2), markup=False)


def print_problems(problems: Iterable[Problem]) -> None:
    """Print what is wrong with a file, where editors and CI find it."""
    for problem in problems:
        _err.print(escape(str(problem)), style=_SEVERITY_STYLES[problem.severity])


def print_standings(standings: Iterable[Standing]) -> None:
    """Print a table of what is on the server."""
    table = Table("kind", "name", "id", "state", "fields", box=None)
    for item in standings:
        fields = ", ".join(item.drifted_fields)
        cells = (item.kind.label, item.name, item.object_id or "", str(item.state), fields)
        table.add_row(*map(_shown, cells))
    _out.print(table)


def print_findings(findings: Sequence[Finding]) -> None:
    """Print what the doctor found, link by link."""
    for finding in findings:
        text = f"{finding.result:<4}  {finding.check}: {finding.words}"
        _out.print(_shown(text), style=_RESULT_STYLES[finding.result])
        if finding.remedy:
            _out.print(_shown(f"      {finding.remedy}"))


def print_failure(failure: ApplyFailed) -> None:
    """Print how far an apply came."""
    for name in failure.done:
        _err.print(_shown(f"done: {name}"))
    complain(f"failed: {failure}")
    for name in failure.not_done:
        _err.print(_shown(f"not done: {name}"))
    _err.print("What is done stays. Run apply again: it continues from here.")


def _shown(text: str) -> str:
    """As one line that does nothing to a terminal: names on a server may be a stranger's."""
    return escape(one_line(text, _MOST))
