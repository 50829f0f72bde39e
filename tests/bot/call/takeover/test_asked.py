"""A job is told which call to go on with, and nothing else of it."""

import pytest

from bot.call.safety.again import ASKED_AGAIN
from bot.call.takeover.asked import Asked, read_asked
from bot.orders.ticket import ordered_call, write_ticket

pytestmark = pytest.mark.unit


def test_what_is_asked_for_is_read_again() -> None:
    asked = Asked("one", "takeover-1")
    assert read_asked(asked.metadata) == asked


@pytest.mark.parametrize(
    "metadata",
    ["", ASKED_AGAIN, write_ticket("one"), '{"takeover": "one"}', '{"takeover": [1, 2]}', "[]"],
)
def test_a_job_of_another_kind_takes_nothing_over(metadata: str) -> None:
    assert read_asked(metadata) is None


def test_a_job_that_goes_on_places_no_call() -> None:
    assert ordered_call(Asked("one", "takeover-1").metadata) is None
