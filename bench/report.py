"""The table on the terminal, and the same figures as JSON."""

import json
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.figures import Figure

RESULTS = Path(__file__).with_name("results")
ASSUMED = (
    "times in seconds on loopback; a sample is heard when its packet has come, without the 40 to "
    "100 ms of a telephone's jitter buffer",
    "scripted ears give interim words every 0.2 s and the final at the stated time after the last "
    "sound; Echo's voice is a tone without leading silence",
)


def show(figures: Sequence[Figure], console: Console) -> None:
    """One row for each figure; discards below, none hidden."""
    table = Table("what", "p50", "p95", "turns", "discards")
    cell = ""
    for figure in figures:
        if figure.cell != cell:
            cell = figure.cell
            table.add_section()
            table.add_row(f"[bold]{cell}[/bold]")
        table.add_row(
            figure.name,
            _number(figure.p50, figure.unit),
            _number(figure.p95, figure.unit),
            figure.note or str(len(figure.values)),
            str(len(figure.discards)),
        )
    console.print(table)
    for figure in figures:
        for discard in figure.discards:
            console.print(f"discarded, {figure.cell}, {figure.name}: {discard}", highlight=False)


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:.3f} s" if unit == "s" else f"{value:.3g} {unit}"


def save(figures: Sequence[Figure], name: str, folder: Path = RESULTS) -> Path:
    """Write `folder/name.json`: every single value, and what it was measured on."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    body = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": psutil.cpu_count(), "system": platform.platform()},
        "assumed": ASSUMED,
        "figures": [_plain(figure) for figure in figures],
    }
    path.write_text(json.dumps(body, indent=1) + "\n")
    return path


def _plain(figure: Figure) -> dict[str, Any]:
    return {
        "cell": figure.cell,
        "name": figure.name,
        "unit": figure.unit,
        "note": figure.note,
        "p50": figure.p50,
        "p95": figure.p95,
        "values": [round(value, 4) for value in figure.values],
        "discards": list(figure.discards),
    }
