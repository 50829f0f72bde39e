"""What a caller, or whoever pays, would complain of."""

from dataclasses import replace

import pytest

from bench.models.call import Seen
from bench.models.family import Family
from bench.models.verdict import broken

pytestmark = pytest.mark.unit

FAMILY = Family(
    "x",
    "misbehaves",
    reasons=frozenset({"story_finished"}),
    noticed=frozenset({"tool_refused"}),
    requests=5,
    heard="door",
)
DECENT = Seen(
    heard="You see a Door.",
    turns=3,
    seconds=40.0,
    gap_s=3.0,
    requests=5,
    tokens=900,
    reason="story_finished",
    noticed=frozenset({"tool_refused", "answered"}),
    hung_up_by="far end",
)


def test_nobody_complains_of_a_decent_call() -> None:
    assert broken(FAMILY, DECENT) == []


@pytest.mark.parametrize(
    ("seen", "complaint"),
    [
        (replace(DECENT, heard="You see a dog."), "'door' not heard"),
        (replace(DECENT, gap_s=12.04), "waited 12.0 s"),
        (replace(DECENT, requests=6), "6 requests"),
        (replace(DECENT, tokens=50_000), "50000 tokens"),
        (replace(DECENT, reason="failed"), "record says failed"),
        (replace(DECENT, noticed=frozenset()), "not noticed: tool_refused"),
    ],
)
def test_what_is_wrong_is_told(seen: Seen, complaint: str) -> None:
    assert broken(FAMILY, seen) == [complaint]
