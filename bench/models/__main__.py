"""`python -m bench.models`: every misbehaviour on a real call, and a table of what was heard."""

import asyncio
import sys
from itertools import count
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.models.call import Seen, talk
from bench.models.families import FAMILIES
from bench.models.family import Family, Mode
from bench.models.verdict import broken
from local.caller import CallerError, SipCaller
from local.stack import ProgramMissing, Stack, StackError

_HEAD = (
    "who misbehaves",
    "what the caller heard at the end",
    "turns",
    "seconds",
    "longest wait",
    "requests",
    "tokens",
    "record",
    "verdict",
)
_WORDS = 14
_EXIT_BROKEN = 1
_EXIT_UNKNOWN = 2
_EXIT_NOT_SET_UP = 3
_WORKER = {
    "STORYLINE_SILENCE_S": "6",
    # One request for each turn, so that the script says what the caller hears.
    "STORYLINE_PREPARED_ANSWERS": "0",
}


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Families by name; all.")] = None,
    table: Annotated[Path | None, typer.Option(help="Write the table (Markdown) here.")] = None,
) -> None:
    """One real call for each family. Exit code 0 when every caller was treated decently, else 1."""
    console = Console(highlight=False)
    unknown = set(names or ()) - {family.name for family in FAMILIES}
    if unknown:
        known = ", ".join(family.name for family in FAMILIES)
        console.print(f"no such family: {', '.join(sorted(unknown))}. There are: {known}")
        sys.exit(_EXIT_UNKNOWN)
    chosen = [family for family in FAMILIES if not names or family.name in names]
    try:
        rows = asyncio.run(_run(chosen, console))
    except (ProgramMissing, StackError) as error:
        console.print(str(error), markup=False)
        sys.exit(_EXIT_NOT_SET_UP)
    if table is not None:
        lines = (_line(row) for row in (_HEAD, ("---",) * len(_HEAD), *rows))
        table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if any(row[-1] != "decent" for row in rows):
        sys.exit(_EXIT_BROKEN)


async def _run(families: list[Family], console: Console) -> list[tuple[str, ...]]:
    rows = []
    modes: tuple[Mode, ...] = ("pipeline", "realtime")
    for mode in modes:
        chosen = [family for family in families if family.mode == mode]
        if not chosen:
            continue
        env = {**_WORKER, "STORYLINE_STORY_MODE": mode}
        async with Stack(worker_env=env) as stack, SipCaller(stack.providers_url) as telephone:
            for family, number in zip(chosen, count(300), strict=False):
                try:
                    seen = await talk(family, stack, telephone, f"+1202555{number:04d}")
                except CallerError as error:
                    row = (family.title, *[""] * (len(_HEAD) - 2), f"no call: {error}")
                else:
                    row = _row(family, seen)
                console.print(_line(row), markup=False, soft_wrap=True)
                rows.append(row)
    return rows


def _row(family: Family, seen: Seen) -> tuple[str, ...]:
    words = seen.heard.split()
    heard = " ".join(words[-_WORDS:]) or "nothing"
    return (
        family.title,
        f"... {heard}" if len(words) > _WORDS else heard,
        str(seen.turns),
        f"{seen.seconds:.0f}",
        f"{seen.gap_s:.1f} s",
        str(seen.requests),
        str(seen.tokens),
        seen.reason,
        "; ".join(broken(family, seen)) or "decent",
    )


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    typer.run(main)
