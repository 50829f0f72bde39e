"""Which numbers are never dialled, whoever asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.calls.number_rules import callable_number, country_of, home_country
from sip.errors import NumberRefused

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("+12025550123", "+12025550123"),
        ("+1 (202) 555-0123", "+12025550123"),
        ("tel:+33 6 12 34 56 78", "+33612345678"),
        ("+44 300 123 4567", "+443001234567"),
        ("+41 58 123 45 67", "+41581234567"),
    ],
)
def test_an_ordinary_number_may_be_called(text: str, e164: str) -> None:
    assert callable_number(text, ()) == e164


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("911", "emergency"),
        ("112", "emergency"),
        ("+112", "emergency"),
        ("1-1-2", "emergency"),
        ("999", "emergency"),
        ("3311", "short"),
        ("+1911", "short"),
        ("118712", "short"),
        ("+19005550123", "premium-rate"),
        ("+33899123456", "premium-rate"),
        ("+498001", "short"),
        ("+441134960000000", "too many digits"),
        ("+448445550123", "shared-cost|premium-rate"),
        ("+15005550123", "personal"),
        ("+15215550123", "personal"),
        ("+447012345678", "personal"),
        ("+41878123456", "personal"),
        ("+447640123456", "pager"),
        ("+41860123456789", "mailbox"),
        ("+971600212345", "company number"),
        ("+12129765555", "premium-rate"),
        ("+881612345678", "no country"),
        ("+870773123456", "no country"),
        ("+88310012345678", "no country"),
        ("+11115550123", "typing mistake"),
        ("2025550123", "no country code"),
        ("Maria", "not a telephone number"),
        ("", "not a telephone number"),
        ("+12025550123;ext=5", "extension"),
    ],
)
def test_a_number_that_must_not_be_called_is_refused_with_its_reason(
    text: str, reason: str
) -> None:
    with pytest.raises(NumberRefused, match=reason) as caught:
        callable_number(text, ())
    assert "202555" not in str(caught.value)


def test_only_the_allowed_countries_are_called() -> None:
    assert callable_number("+33612345678", {"FR", "US"}) == "+33612345678"
    with pytest.raises(NumberRefused, match=r"country \(FR\) are not allowed"):
        callable_number("+33612345678", {"US"})


def test_a_shared_country_code_is_told_apart() -> None:
    # Jamaica and Canada share +1 with the United States; one of them is a classic of toll fraud.
    assert [country_of(n) for n in ("+18765550123", "+14165550123", "+12025550123")] == [
        "JM",
        "CA",
        "US",
    ]
    with pytest.raises(NumberRefused, match="JM"):
        callable_number("+18765550123", {"US"})


def test_a_worldwide_number_belongs_to_no_country() -> None:
    for countries in ((), {"US"}, {"001"}):
        with pytest.raises(NumberRefused, match="001"):
            callable_number("+80012345678", countries)


@pytest.mark.parametrize("from_number", ["+15550100", "12025550100", "alice", ""])
def test_a_number_of_no_country_allows_no_country(from_number: str) -> None:
    # Otherwise it would allow all that has none either: satellites.
    assert country_of(from_number) == "001"
    with pytest.raises(NumberRefused, match="STORYLINE_CALL_COUNTRIES"):
        home_country(from_number)


def test_calls_stay_at_home() -> None:
    assert home_country("+12025550100") == "US"


@given(st.text(max_size=20))
def test_whatever_is_typed_is_either_e164_or_refused(text: str) -> None:
    try:
        number = callable_number(text, ())
    except NumberRefused:
        return
    assert number.startswith("+") and number[1:].isdecimal() and len(number) > 7
