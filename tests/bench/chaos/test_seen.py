"""What counts as a promise kept."""

from dataclasses import replace

import pytest

from bench.chaos.faults import FAULTS
from bench.chaos.seen import Promise, Row, Seen, broken

pytestmark = pytest.mark.unit

PROMISE = Promise(10.0, frozenset({"crashed"}), 10.0)
KEPT = Seen(6.0, 6.0, "", Row("crashed", "died", is_closed=True), 0)


def test_a_call_that_ends_as_promised_breaks_nothing() -> None:
    assert broken(KEPT, PROMISE) == []


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (replace(KEPT, bye_s=None), ["no BYE", "record closed with the caller connected"]),
        (replace(KEPT, bye_s=11.0), ["BYE later than 10 s"]),
        (replace(KEPT, silence_s=12.0), ["more than 10 s of silence"]),
        (replace(KEPT, row=None), ["no record"]),
        (replace(KEPT, row=Row("crashed", None, is_closed=False)), ["record open"]),
        (replace(KEPT, row=Row("silence", None, is_closed=True)), ["record says silence"]),
        (replace(KEPT, rooms_left=1), ["room left"]),
    ],
)
def test_every_broken_part_is_named(seen: Seen, words: list[str]) -> None:
    assert broken(seen, PROMISE) == words


def test_a_livekit_that_cannot_be_asked_is_no_room_left() -> None:
    assert broken(replace(KEPT, rooms_left=None), PROMISE) == []


def test_where_nothing_is_left_to_write_into_no_record_is_asked_for() -> None:
    assert broken(replace(KEPT, row=None), replace(PROMISE, recorded=False)) == []


def test_where_nobody_can_send_a_bye_none_is_asked_for() -> None:
    nobody = replace(PROMISE, bye_within_s=None, silence_s=None)
    assert broken(replace(KEPT, bye_s=None, silence_s=45.0), nobody) == []


def test_every_fault_has_a_name_of_its_own() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names)
    assert any(fault.is_quick for fault in FAULTS)


@pytest.mark.parametrize(("gaps_s", "kept"), [((), False), ((2.0, 4.1), False), ((2.0, 3.9), True)])
def test_a_story_that_goes_on_does_so_each_time(gaps_s: tuple[float, ...], kept: bool) -> None:
    seen = replace(KEPT, gaps_s=gaps_s)
    assert (broken(seen, replace(PROMISE, goes_on_s=4.0)) == []) is kept
