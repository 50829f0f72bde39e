"""What is said of a soak: the waits of its quarters, and what is left."""

import pytest

from bench.cells.soak import Left, Soaked, _is_back
from bench.figures import Figure

pytestmark = pytest.mark.unit

BEFORE = Left(processes=5, files=73, memory_mb=350.0, rooms=0, open_records=0)


def soaked(after: Left | None = BEFORE) -> dict[str, Figure]:
    found = Soaked(2, 15, before=BEFORE, after=after)
    found.calls = [1.0, 2.0, 3.0, 4.0]
    found.invite_s = [0.4, 0.5, 0.6, 2.0]
    found.gaps_s = [0.1 * step for step in range(1, 9)]
    found.discards = ["not answered"]
    return {figure.name.strip(): figure for figure in found.figures()}


def test_the_last_quarter_stands_beside_the_first() -> None:
    figures = soaked()
    assert figures["INVITE to 200, first quarter"].values == (0.4,)
    assert figures["INVITE to 200, last quarter"].values == (2.0,)
    assert figures["response gap, last quarter"].values == pytest.approx((0.7, 0.8))


def test_calls_are_counted_and_lost_ones_told() -> None:
    calls = soaked()["calls"]
    assert (calls.values, calls.discards) == ((4.0,), ("not answered",))


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("processes", "5 before, 6 after"),
        ("files", "73 before, 80 after"),
        ("memory mb", "350 before, 360 after"),
        ("rooms", "0 before, 1 after"),
        ("open records", "0 before, 2 after"),
    ],
)
def test_all_that_is_left_is_told(name: str, note: str) -> None:
    figure = soaked(Left(6, 80, 360.0, 1, 2))[name]
    assert figure.note == note


def test_a_soak_that_was_not_looked_at_tells_of_calls_alone() -> None:
    assert "rooms" not in soaked(after=None)


@pytest.mark.parametrize(
    ("left", "is_back"),
    [
        (BEFORE, True),
        (Left(5, 90, 400.0, 0, 0), True),
        (Left(6, 73, 350.0, 0, 0), False),
        (Left(5, 73, 350.0, 1, 0), False),
        (Left(5, 73, 350.0, 0, 1), False),
    ],
)
def test_it_is_over_when_nothing_of_a_call_is_left(left: Left, is_back: bool) -> None:
    assert _is_back(left, BEFORE) is is_back
