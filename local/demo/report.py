"""What is shown of the call: lines while it happens, a table when it is over."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table
from rich.text import Text

from local.caller import Line, PhoneCall
from local.demo.record import Record

NAMES = {"caller": "Maria", "far end": "Echo"}
STYLES = {"caller": "cyan", "far end": "green"}


class Report:
    """Writes to one console. Times are seconds since the INVITE."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def event(self, at_s: float | None, what: str) -> None:
        """Something that happened to the call, or (without a time) around it."""
        time = " " * 7 if at_s is None else f"{at_s:6.1f}s"
        self._console.print(Text(f"{time}  {what}", style="dim"))

    def line(self, line: Line) -> None:
        """What one side said, as it was heard on the line."""
        name = NAMES[line.speaker]
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=7)
        grid.add_column(width=6)
        grid.add_column(overflow="fold")
        grid.add_row(
            Text(f"{line.start_s:6.1f}s", style="dim"),
            Text(name, style=f"bold {STYLES[line.speaker]}"),
            Text(line.text, style=STYLES[line.speaker]),
        )
        self._console.print(grid)

    def table(self, call: PhoneCall, record: Record | None) -> None:
        """The call in numbers."""
        table = Table(show_header=False, title="The call in numbers", title_justify="left")
        for name, value in rows(call, record):
            table.add_row(name, value)
        self._console.print()
        self._console.print(table)

    def desk(self, address: str) -> None:
        """Where the call can be looked at for as long as the desk is open."""
        self._console.print(
            f"\nThe call at the desk: {address}\nCtrl-C closes it.", markup=False, soft_wrap=True
        )

    def paths(self, recording: Path, transcript: Path, run_dir: Path) -> None:
        self._console.print()
        for name, path in (
            ("recording", f"{recording}  (left Maria, right Echo)"),
            ("transcript", transcript),
            ("logs", run_dir),
        ):
            self._console.print(f"{name:<11} {path}", highlight=False, markup=False, soft_wrap=True)


def rows(call: PhoneCall, record: Record | None) -> list[tuple[str, str]]:
    """The table's rows; what did not happen is said, never shown as zero."""
    return [
        ("INVITE to answer", f"{call.answered_s:.2f} s"),
        ("answer to first word", _first_word(call)),
        ("response gap of each turn", _gaps([gap.gap_s for gap in call.response_gaps])),
        ("call ended", _end(call)),
        ("goodbye", "heard to its end" if call.heard_to_the_end else "cut, or never said"),
        ("record written", _record(record)),
    ]


def transcript_text(lines: Sequence[Line]) -> str:
    """The transcript as a file: one line for each thing said."""
    return "".join(
        f"{line.start_s:7.2f}-{line.end_s:7.2f} s  {NAMES[line.speaker]:<6} {line.text}\n"
        for line in lines
    )


def _first_word(call: PhoneCall) -> str:
    if not call.far_speech:
        return "nothing was said"
    return f"{call.far_speech[0].start_s - call.answered_s:.2f} s"


def _gaps(gaps_s: Sequence[float | None]) -> str:
    if not gaps_s:
        return "no turns"
    shown = "  ".join("none" if gap_s is None else f"{gap_s:.2f}" for gap_s in gaps_s)
    known_s = [gap_s for gap_s in gaps_s if gap_s is not None]
    return f"median {median(known_s):.2f} s: {shown}" if known_s else "no answers"


def _end(call: PhoneCall) -> str:
    if call.ended_s is None:
        return "not yet"
    who = {"caller": "Maria", "far end": "Echo", None: "nobody"}[call.ended_by]
    return f"{who} hung up after {call.ended_s:.1f} s"


def _record(record: Record | None) -> str:
    if record is None:
        return "no"
    end = record.end_reason if record.error is None else f"{record.end_reason} ({record.error})"
    return f"yes: {end}, reached the {record.agent_reached}, {record.turns} turns"
