"""`python -m bench.chaos`: every fault on a real call, and the table of what was seen."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.chaos.errors import Skipped
from bench.chaos.fault import Fault
from bench.chaos.faults import FAULTS
from bench.chaos.scene import Scene
from bench.chaos.seen import Seen, broken
from bench.chaos.stage import on_stage
from local.caller import CallerError
from local.stack import ProgramMissing, StackError

_HEAD = (
    "fault",
    "what the caller heard",
    "silence",
    "goes on",
    "BYE after",
    "record",
    "besides",
    "verdict",
)
_KEPT, _SKIPPED = "kept", "skipped: "
_WORDS = 9
_EXIT_BROKEN = 1
_EXIT_UNKNOWN = 2
_EXIT_NOT_SET_UP = 3


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Faults by name; all of them.")] = None,
    quick: Annotated[bool, typer.Option(help="Only the few that are quick.")] = False,
    on_postgresql: Annotated[
        bool, typer.Option(help="Keep the records in PostgreSQL, where a fault is not SQLite's.")
    ] = False,
    table: Annotated[Path | None, typer.Option(help="Write the table (Markdown) here.")] = None,
) -> None:
    """One real call for each fault. Exit code 0 when every promise was kept, else 1. What cannot be
    provoked on this machine is skipped."""
    console = Console(highlight=False)
    unknown = set(names or ()) - {fault.name for fault in FAULTS}
    if unknown:
        known = ", ".join(fault.name for fault in FAULTS)
        console.print(f"no such fault: {', '.join(sorted(unknown))}. There are: {known}")
        sys.exit(_EXIT_UNKNOWN)
    chosen = [f for f in FAULTS if (not names or f.name in names) and (f.is_quick or not quick)]
    if on_postgresql:
        chosen = [replace(each, on_postgresql=True) for each in chosen if not each.is_sqlites]
    try:
        rows = asyncio.run(_run(chosen, console))
    except ProgramMissing as error:
        console.print(str(error), markup=False)
        sys.exit(_EXIT_NOT_SET_UP)
    text = "\n".join(_line(row) for row in (_HEAD, ("---",) * len(_HEAD), *rows))
    console.print(text, markup=False, soft_wrap=True)
    if table is not None:
        table.write_text(f"{text}\n", encoding="utf-8")
    if any(row[-1] != _KEPT and not row[-1].startswith(_SKIPPED) for row in rows):
        sys.exit(_EXIT_BROKEN)


async def _run(faults: list[Fault[Scene]], console: Console) -> list[tuple[str, ...]]:
    rows = []
    for fault in faults:
        try:
            row = _row(fault, await provoke(fault))
        except Skipped as error:
            row = _empty(fault, f"{_SKIPPED}{error}")
        except (CallerError, StackError) as error:
            row = _empty(fault, f"not provoked: {error}")
        console.print(_line(row), markup=False, soft_wrap=True)
        rows.append(row)
    return rows


async def provoke(fault: Fault[Scene]) -> Seen:
    """Make the call, let the fault happen, and watch. Raises CallerError, StackError, Skipped."""
    async with on_stage(
        fault.worker_env,
        in_introduction=fault.in_introduction,
        by_cable=fault.by_cable,
        two_workers=fault.two_workers,
        on_postgresql=fault.on_postgresql,
    ) as scene:
        await fault.provoke(scene)
        return await scene.watch(fault.limit_s, fault.settle_s)


def _row(fault: Fault[Scene], seen: Seen) -> tuple[str, ...]:
    words = seen.heard.split()
    heard = " ".join(words[-_WORDS:]) or "nothing"
    return (
        fault.title,
        f"... {heard}" if len(words) > _WORDS else heard,
        f"{seen.silence_s:.1f} s",
        ", ".join(f"{gap_s:.1f} s" for gap_s in seen.gaps_s),
        "never" if seen.bye_s is None else f"{seen.bye_s:.1f} s",
        str(seen.row or "none"),
        "; ".join(seen.notes),
        "; ".join(broken(seen, fault.promise)) or _KEPT,
    )


def _empty(fault: Fault[Scene], verdict: str) -> tuple[str, ...]:
    return (fault.title, *[""] * (len(_HEAD) - 2), verdict.splitlines()[0])


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    typer.run(main)
