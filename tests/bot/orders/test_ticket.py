"""What a job is told with its dispatch: an order's id, or nothing of ours."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.orders.ticket import ordered_call, write_ticket

pytestmark = pytest.mark.unit


@given(st.text())
def test_the_id_that_was_written_is_read(call_id: str) -> None:
    assert ordered_call(write_ticket(call_id)) == call_id


def test_a_ticket_holds_nothing_but_the_id() -> None:
    assert json.loads(write_ticket("one")) == {"outbound_call": "one"}


@pytest.mark.parametrize(
    "metadata",
    ["", "one", "null", "7", "[]", "{}", '{"outbound_call": null}', '{"outbound_call": ["one"]}'],
)
def test_whatever_else_is_there_is_no_order(metadata: str) -> None:
    assert ordered_call(metadata) is None
