"""`python -m bench CELL`: measure on the wire what a caller hears."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from bench import charts, report, suite
from bench.figures import DELAYS, Figure
from bench.house import open_house
from bench.line.telephone import CallFailed, NothingHeard
from local.stack import StackError

app = typer.Typer(add_completion=False, help=__doc__)
console = Console()

Turns = Annotated[int, typer.Option(help="Turns of the story in each series.")]
Tries = Annotated[int, typer.Option(help="How often each sound is tried.")]
Modes = Annotated[list[str] | None, typer.Option("--mode", help="pipeline, realtime or both.")]
DelayNames = Annotated[list[str] | None, typer.Option("--delays", help="instant, usual or both.")]
Calls = Annotated[list[int] | None, typer.Option("--calls", help="How many calls.")]


def measure(name: str, *chosen: suite.Cell) -> None:
    """Open the house and run the cells; show and keep the figures of each as it ends."""

    async def run() -> None:
        figures: list[Figure] = []
        async with open_house() as house:
            for cell in chosen:
                found = await cell(house)
                report.show(found, console)
                figures += found
                path = report.save(figures, name)
        charts.save(figures, report.RESULTS, name)
        console.print(f"written: {path}", highlight=False)
        for line in report.ASSUMED:
            console.print(line, highlight=False)

    try:
        asyncio.run(run())
    except (CallFailed, NothingHeard, StackError) as failure:
        console.print(f"[red]{failure}[/red]", highlight=False)
        raise typer.Exit(1) from None


@app.command()
def calibrate(onsets: int = 20) -> None:
    """The instrument's own error, against a participant that answers every onset."""
    measure("calibration", suite.calibrate(onsets))


@app.command()
def gap(turns: Turns = 9, mode: Modes = None, delays: DelayNames = None) -> None:
    """Response gap for each kind of turn; both storytellers, models at once and with delays."""
    modes = mode or (*suite.MODES, suite.PLAIN)
    measure("gap", suite.response_gap(turns, modes, delays or list(DELAYS)))


@app.command()
def barge_in(tries: Tries = 6, mode: Modes = None) -> None:
    """How soon a real interruption silences Echo, and what wrongly does."""
    measure("barge-in", suite.barge_in(tries, mode or (*suite.MODES, suite.PLAIN)))


@app.command()
def noises(tries: Tries = 3) -> None:
    """Which sounds wrongly silence Echo: office, street, crowd, television, her own echo."""
    measure("noises", suite.noises(tries))


@app.command()
def answer(calls: int = 8) -> None:
    """INVITE to 200 OK and 200 OK to the first word: warm, pool empty, worker cold."""
    measure("answer", suite.answer(calls))


@app.command()
def capacity(calls: Calls = None) -> None:
    """Several calls in the same instant and one a second: waits, CPU, memory."""
    measure("capacity", suite.capacity(calls or [1, 2, 4, 8]))


@app.command()
def lines(turns: Turns = 6) -> None:
    """Bad lines: loss, bursts, jitter, a hole."""
    measure("lines", suite.bad_lines(turns))


@app.command()
def soak(
    minutes: Annotated[float, typer.Option(min=1, max=600, help="How long.")] = 15,
    callers: Annotated[int, typer.Option(min=1, max=32, help="How many at the same time.")] = 2,
) -> None:
    """Callers who ring again and again; processes, files, memory, rooms and records afterwards."""
    measure("soak", suite.soak(callers, minutes))


@app.command(name="all")
def short_table() -> None:
    """The short table: every cell but the long ones, the plain settings beside."""
    modes = (*suite.MODES, suite.PLAIN)
    measure(
        "table",
        suite.calibrate(20),
        suite.response_gap(9, modes, list(DELAYS)),
        suite.barge_in(6, modes),
        suite.answer(8),
        suite.capacity([1, 4, 8]),
    )


@app.command()
def quick() -> None:
    """A look in five minutes: both storytellers, no baseline."""
    measure(
        "quick",
        suite.response_gap(6, suite.MODES, ["instant"]),
        suite.barge_in(4, suite.MODES[:1]),
        suite.answer(4, cold=False),
        suite.response_gap(6, suite.MODES[:1], ["usual"]),
    )


if __name__ == "__main__":
    app()
