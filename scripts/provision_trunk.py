"""provision-trunk: make a LiveKit project's trunks and dispatch rules be as trunks.yaml says.

Exit codes: 0 done or nothing to do, 2 changes pending (plan), 1 error.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from dotenv import dotenv_values
from rich.console import Console
from rich.markup import escape

from sip.apply import apply as apply_plan
from sip.declared import Manifest
from sip.errors import ApplyFailed, ManifestError, SipError
from sip.export import export_yaml
from sip.manifest import load_manifest
from sip.plan import Plan, Planner, make_destroy_plan, make_plan
from sip.plan_text import plan_lines
from sip.problems import Severity
from sip.server import Snapshot, connect, read_snapshot

_NOTHING, _ERROR, _PENDING = 0, 1, 2
_STYLES = {"+": "green", "~": "yellow", "-": "red", "!": "bold red"}
_SEVERITY_STYLES = {Severity.ERROR: "red", Severity.OPEN: "red", Severity.WARNING: "yellow"}

# The parent of typer's usage errors, which exit with 2 if left alone: that is "changes pending".
# typer does not export it.
_UsageError: Any = typer.BadParameter.__mro__[1]

_T = TypeVar("_T")

app = typer.Typer(
    name="provision-trunk",
    help=__doc__,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_out = Console(highlight=False, soft_wrap=True)
_err = Console(highlight=False, soft_wrap=True, stderr=True)

File = Annotated[Path, typer.Option("--file", "-f", help="The manifest.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AllowOpen = Annotated[
    str,
    typer.Option("--allow-open", metavar="WHY", help="Accept doors open to strangers; say why."),
]
AllowDelete = Annotated[
    bool, typer.Option("--allow-delete", help="Accept deletions and numbers taken away.")
]
PlanHash = Annotated[
    str, typer.Option("--plan-hash", metavar="HASH", help="Apply only the plan of this name.")
]
_DEFAULT_FILE = Path("trunks.yaml")


@app.command()
def check(file: File = _DEFAULT_FILE, allow_open: AllowOpen = "") -> None:
    """Check the file alone; no server is needed."""
    manifest = _load(file, bool(allow_open), secrets_needed=False)
    _out.print(f"{file}: {len(manifest.declared)} objects, no errors")


@app.command()
def plan(file: File = _DEFAULT_FILE, as_json: AsJson = False, allow_open: AllowOpen = "") -> None:
    """Show what apply would do. Exit code 0: nothing, 2: changes pending."""
    manifest = _load(file, bool(allow_open))
    found = _run(_read_plan(partial(make_plan, manifest)))
    if as_json:
        document = {"hash": found.hash, "changes": found.as_json(), "guards": found.guards}
        _out.print(json.dumps(document, indent=2), markup=False)
    else:
        _show(found)
    raise typer.Exit(_PENDING if found.changes else _NOTHING)


@app.command()
def apply(
    file: File = _DEFAULT_FILE,
    yes: Yes = False,
    plan_hash: PlanHash = "",
    allow_delete: AllowDelete = False,
    allow_open: AllowOpen = "",
) -> None:
    """Make the server be as the file says."""
    manifest = _load(file, bool(allow_open))
    _review_and_apply(partial(make_plan, manifest), yes, plan_hash, allow_delete)


@app.command()
def destroy(
    file: File = _DEFAULT_FILE,
    yes: Yes = False,
    plan_hash: PlanHash = "",
    allow_delete: AllowDelete = False,
) -> None:
    """Delete what the file names, and nothing else."""
    manifest = _load(file, allow_open=True, secrets_needed=False)
    _review_and_apply(partial(make_destroy_plan, manifest), yes, plan_hash, allow_delete)


@app.command()
def export(file: File = _DEFAULT_FILE, yes: Yes = False) -> None:
    """Write the file from what is on the server; "--file -" prints it."""
    text = export_yaml(_run(_read_server()))
    if str(file) == "-":
        _out.print(text, markup=False, end="")
        return
    if file.exists() and not yes and not typer.confirm(f"Overwrite {file}?"):
        raise typer.Exit(_ERROR)
    file.write_text(text, encoding="utf-8")
    _out.print(f"Wrote {file}")


def _load(file: Path, allow_open: bool, *, secrets_needed: bool = True) -> Manifest:
    manifest = load_manifest(
        file, _environment(), secrets_needed=secrets_needed, allow_open=allow_open
    )
    _show_problems(manifest.problems)
    return manifest


def _review_and_apply(planner: Planner, yes: bool, plan_hash: str, allow_delete: bool) -> None:
    found = _run(_read_plan(planner))
    _show(found)
    if not found.changes:
        return
    if not (yes or plan_hash or typer.confirm("Apply?")):
        raise typer.Exit(_ERROR)
    done = _run(_apply(planner, allow_delete, plan_hash or found.hash))
    _out.print(f"Done: {len(done)} changes applied.")


async def _read_plan(planner: Planner) -> Plan:
    async with connect(_environment()) as api:
        return planner(await read_snapshot(api.sip))


async def _read_server() -> Snapshot:
    async with connect(_environment()) as api:
        return await read_snapshot(api.sip)


async def _apply(planner: Planner, allow_delete: bool, reviewed: str) -> list[str]:
    async with connect(_environment()) as api:
        return await apply_plan(api.sip, planner, may_delete=allow_delete, reviewed=reviewed)


def _environment() -> dict[str, str]:
    """The shell's variables, and those of .env that the shell does not set."""
    from_file = {name: value for name, value in dotenv_values(".env").items() if value}
    return {**from_file, **os.environ}


def _run(work: Coroutine[Any, Any, _T]) -> _T:
    return asyncio.run(work)


def _show(plan: Plan) -> None:
    for line in plan_lines(plan):
        _out.print(escape(line), style=_STYLES.get(line[0]))


def main() -> None:
    """Run the command line; every error becomes a clear text and exit code 1."""
    try:
        code = app(standalone_mode=False)
    except ManifestError as error:
        _show_problems(error.problems)
        code = _ERROR
    except ApplyFailed as error:
        _show_failure(error)
        code = _ERROR
    except SipError as error:
        _err.print(escape(str(error)), style="red")
        code = _ERROR
    except _UsageError as error:
        error.show()
        code = _ERROR
    except typer.Abort:
        code = _ERROR
    sys.exit(code if isinstance(code, int) else _NOTHING)


def _show_problems(problems: Any) -> None:
    for problem in problems:
        _err.print(escape(str(problem)), style=_SEVERITY_STYLES[problem.severity])


def _show_failure(error: ApplyFailed) -> None:
    for name in error.done:
        _err.print(f"done: {escape(name)}")
    _err.print(escape(f"failed: {error}"), style="red")
    for name in error.not_done:
        _err.print(f"not done: {escape(name)}")
    _err.print("Nothing is lost: run apply again, it continues from here.")


if __name__ == "__main__":
    main()
