"""Whatever the far end sends is one short line that a terminal only shows."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.one_line import one_line

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Busy Here", "Busy Here"),
        ("X\x1b]52;c;ZXZpbA==\x1b\\", "X ]52;c;ZXZpbA== \\"),
        ("one\r\ntwo\u2028three\x85four", "one  two three four"),
        ("a\u202egnp.exe\u200b", "agnp.exe"),
        ("Zoë 🦊", "Zoë 🦊"),
        ("", ""),
    ],
)
def test_controls_and_unseen_characters_go(sent: str, shown: str) -> None:
    assert one_line(sent) == shown


def test_a_long_text_is_cut_and_says_so() -> None:
    assert one_line("x" * 200) == "x" * 200
    assert one_line("x" * 60_000) == "x" * 199 + "…"


@given(st.text(), st.integers(1, 40))
def test_every_text_becomes_one_printable_line(text: str, most: int) -> None:
    line = one_line(text, most)
    assert len(line) <= most
    assert len(line.splitlines()) <= 1
    assert {unicodedata.category(each)[0] for each in line} <= {"L", "M", "N", "P", "S", "Z"}
