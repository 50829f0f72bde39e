"""When a call counts as quiet, and when as dead: to the moment."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.records import EndReason
from bot.worker.signs.heartbeats import Heartbeats
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit

# Quiet after 0.75 s; dead 4 s after the challenge; a gap of more than 3.5 s is a pause of our own.
POLL_S, BEAT_S, LEASE_S = 1.5, 0.5, 4.75
SOON = NOON + timedelta(hours=1)
LATER = NOON + timedelta(hours=2)
CHALLENGED = None


class Watching:
    """One call, looked at again and again."""

    def __init__(self) -> None:
        self.beats = Heartbeats(poll_s=POLL_S, lease_s=LEASE_S, beat_s=BEAT_S)

    def look(self, at_s: float, lease_until: datetime | None) -> str:
        call = a_call(call_id="one", lease_until=lease_until)
        verdict = self.beats.judge([call], wall=NOON, monotonic_s=1000 + at_s)
        assert len(verdict.suspects) + len(verdict.dead) <= 1
        return "quiet" if verdict.suspects else "dead" if verdict.dead else "alive"

    def looks(self, lease_until: datetime | None, *moments_s: float) -> list[str]:
        return [self.look(at_s, lease_until) for at_s in moments_s]


@pytest.fixture
def watching() -> Watching:
    return Watching()


def test_a_beat_that_is_late_by_half_of_one_is_quiet(watching: Watching) -> None:
    assert watching.looks(SOON, 0, 0.5, 0.625, 0.75) == ["alive", "alive", "alive", "quiet"]


def test_a_beat_begins_the_wait_anew(watching: Watching) -> None:
    assert watching.looks(SOON, 0, 0.625) == ["alive", "alive"]
    assert watching.looks(LATER, 1.5, 2.125, 2.25) == ["alive", "alive", "quiet"]


def test_a_lease_that_has_run_out_is_quiet_at_first_sight(watching: Watching) -> None:
    assert watching.look(0, NOON) == "alive"
    assert watching.look(0.5, NOON - timedelta(microseconds=1)) == "quiet"


def test_a_challenge_unanswered_for_the_rest_of_a_lease_is_death(watching: Watching) -> None:
    assert watching.looks(SOON, 0, 1) == ["alive", "quiet"]
    assert watching.looks(CHALLENGED, 2, 4, 5.875, 6) == ["alive", "alive", "alive", "dead"]


def test_what_its_own_process_has_given_up_is_dead_at_first_sight(watching: Watching) -> None:
    given_up = a_call(lease_until=None, end_reason=EndReason.FAILED)
    verdict = watching.beats.judge([given_up], wall=NOON, monotonic_s=1000)
    assert verdict.dead == (given_up,)


def test_an_answer_in_the_last_moment_is_life(watching: Watching) -> None:
    assert watching.looks(CHALLENGED, 0, 2, 3.875) == ["alive"] * 3
    assert watching.look(4, SOON) == "alive"


def test_after_a_pause_of_our_own_watching_begins_anew(watching: Watching) -> None:
    assert watching.looks(CHALLENGED, 0, 2, 5.625, 7, 9, 9.5) == ["alive"] * 6
    assert watching.look(9.625, CHALLENGED) == "dead"


def test_a_poll_that_is_a_little_late_is_no_pause(watching: Watching) -> None:
    assert watching.looks(CHALLENGED, 0, 3.5, 4) == ["alive", "alive", "dead"]


def test_a_call_that_was_not_open_for_a_while_is_new(watching: Watching) -> None:
    assert watching.look(0, SOON) == "alive"
    watching.beats.judge([], wall=NOON, monotonic_s=1000.5)
    assert watching.look(1, SOON) == "alive"


def test_each_call_is_judged_alone() -> None:
    beats = Heartbeats(poll_s=POLL_S, lease_s=LEASE_S, beat_s=BEAT_S)
    dead = a_call(call_id="dead", lease_until=None)
    quiet = a_call(call_id="quiet", lease_until=SOON)
    alive = a_call(call_id="alive", lease_until=SOON)
    for at_s in range(4):
        beats.judge([dead, quiet, replace(alive)], wall=NOON, monotonic_s=at_s)
    verdict = beats.judge(
        [dead, quiet, replace(alive, lease_until=LATER)], wall=NOON, monotonic_s=4
    )
    assert (verdict.dead, verdict.suspects) == ((dead,), (quiet,))
