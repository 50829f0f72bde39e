"""Whisper stuck on one phrase is cut short; what people repeat is left alone."""

import pytest

from local.ears.whisper import without_loops

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("heard", "left"),
    [
        ("Yes. Yes. Yes. Yes.", "Yes."),
        ("Yes please. Yes please. Yes please.", "Yes please."),
        ("no no no no", "no"),
        ("No, no.", "No, no."),
        ("a very, very small cat", "a very, very small cat"),
        ("", ""),
    ],
)
def test_loops(heard: str, left: str) -> None:
    assert without_loops(heard) == left
