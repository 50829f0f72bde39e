"""The table of routes, as predicted. test_route_reality.py dials the same table."""

import pytest

from sip.manifest.as_snapshot import as_snapshot
from sip.route.route import route
from sip.route.trunk_match import Caller
from tests.sip.manifests import parse
from tests.sip.route.route_cases import CASES, Case

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_route_of_a_call_is_predicted(case: Case) -> None:
    snapshot = as_snapshot(parse(case.file, allow_open=True))
    caller = Caller(case.caller, case.called, "127.0.0.1", "127.0.0.1")
    found = route(snapshot, caller, credentials=case.credentials, pin=case.pin)
    assert (found.outcome, found.room) == (case.outcome, case.room)
    assert found.agents == case.agents


def test_the_table_is_large_enough_and_has_every_outcome() -> None:
    assert len(CASES) >= 25
    assert len({case.name for case in CASES}) == len(CASES)
    assert len({case.outcome for case in CASES}) == 7
