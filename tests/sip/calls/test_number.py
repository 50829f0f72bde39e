import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.calls.number import is_assigned_range, mask_number, to_e164, understood
from sip.errors import InvalidNumber

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("+12025550123", None, "+12025550123"),
        ("+1 (202) 555-0123", None, "+12025550123"),
        ("tel:+1-202-555-0123", None, "+12025550123"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("0033 6 12 34 56 78", "FR", "+33612345678"),
        ("(202) 555-0123", "US", "+12025550123"),
    ],
)
def test_any_readable_form_becomes_e164(text: str, region: str | None, e164: str) -> None:
    assert to_e164(text, region) == e164


@pytest.mark.parametrize(
    ("text", "region", "reason"),
    [
        ("0612345678", None, "no country code"),
        ("911", "US", "too few digits"),
        ("+1202555", None, "too few digits"),
        ("+1202555012345678", None, "too many digits"),
        ("storyline", "US", "not a telephone number"),
        ("", "US", "not a telephone number"),
        ("+1 202 555 0123 ext 5", None, "extension"),
    ],
)
def test_what_cannot_be_dialled_is_refused_with_its_reason(
    text: str, region: str | None, reason: str
) -> None:
    with pytest.raises(InvalidNumber, match=reason):
        to_e164(text, region)


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("+12025550123", "", "+12025550123"),
        ("+12025550123", "FR", "+12025550123"),
        ("2025550123", "US", "+12025550123"),
        ("9175550123", "US", "+19175550123"),
        ("12025550123", "US", "+12025550123"),
        ("33612345678", "US", "+33612345678"),
        ("011442079460958", "US", "+442079460958"),
        ("02079460958", "GB", "+442079460958"),
        ("442079460958", "GB", "+442079460958"),
        ("2025550123", "", None),  # Washington or Egypt
        ("12025550123", "", None),
        ("1115550123", "US", None),
        ("+11115550123", "US", None),
        ("anonymous", "US", None),
        ("911", "US", None),
        ("", "US", None),
    ],
)
def test_what_a_carrier_writes_is_understood_or_left(
    text: str, region: str, e164: str | None
) -> None:
    assert understood(text, region) == e164


def test_a_number_that_nobody_gives_out_is_recognised() -> None:
    assert is_assigned_range("+12025550123")
    assert not is_assigned_range("+11115550123")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("+12025550123", "+1•••••0123"),
        ("+33612345678", "+33•••••5678"),
        ("12025550123", "•••••0123"),
        ("alice", "•••••"),
        ("911", "•••••"),
        ("alice12345678", "•••••"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_masked_number_keeps_its_country_and_last_four(text: str | None, masked: str) -> None:
    assert mask_number(text) == masked


@given(st.text())
def test_masking_never_raises_and_never_shows_more_than_half(text: str) -> None:
    masked = mask_number(text)
    shown = sum(character.isdecimal() for character in masked.partition("•")[2])
    assert shown * 2 <= max(sum(character.isdecimal() for character in text), 0)
