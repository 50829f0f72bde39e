"""A reader of the log who stalls holds up nobody, and what was lost is told."""

import io
import logging
import threading

import pytest

from bot.log_writer import LineWriter

pytestmark = pytest.mark.unit


def say(writer: LineWriter, text: str) -> None:
    writer.emit(logging.LogRecord("storyline", logging.INFO, __file__, 0, text, (), None))


class Stalled(io.StringIO):
    """A stream whose first write waits until the reader wakes up."""

    def __init__(self) -> None:
        super().__init__()
        self.writing = threading.Event()
        self.awake = threading.Event()

    def write(self, text: str) -> int:
        self.writing.set()
        self.awake.wait()
        return super().write(text)


def test_lines_are_written_in_order() -> None:
    out = io.StringIO()
    writer = LineWriter(out)
    for number in range(100):
        say(writer, str(number))
    writer.flush()
    assert out.getvalue().split() == [str(number) for number in range(100)]


def test_a_stalled_reader_costs_lines_and_nothing_else() -> None:
    out = Stalled()
    writer = LineWriter(out, waiting=3)
    say(writer, "written")
    out.writing.wait()
    for word in ("kept", "kept", "kept", "lost", "lost"):
        say(writer, word)
    out.awake.set()
    writer.flush()
    said = out.getvalue().splitlines()
    assert sorted(said) == ["kept"] * 3 + ["log lines dropped: 2", "written"]


class Broken(io.StringIO):
    """A pipe whose reader has gone."""

    def write(self, _: str) -> int:
        raise BrokenPipeError


def test_a_reader_who_is_gone_is_no_error() -> None:
    writer = LineWriter(Broken())
    say(writer, "to nobody")
    writer.flush()
    say(writer, "still alive")
    writer.flush()
