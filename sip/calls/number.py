"""Telephone numbers: one written form (E.164), and one safe form for logs."""

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

from sip.errors import InvalidNumber

_MASK = "•••••"  # always five, so that the length of a number is not told either
_SHORTEST_SHOWN = 8  # below this, four shown digits would be most of the number

_NOT_POSSIBLE = {
    ValidationResult.TOO_SHORT: "it has too few digits",
    ValidationResult.TOO_LONG: "it has too many digits",
    ValidationResult.INVALID_LENGTH: "it has a number of digits that no number there has",
    ValidationResult.INVALID_COUNTRY_CODE: "its country code does not exist",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "the area code is missing",
}


def to_e164(text: str, default_region: str | None = None) -> str:
    """`text` as E.164, "+12025550123".

    `default_region` ("US", "FR") is needed only for numbers written without a country code.
    Raises InvalidNumber for short codes, impossible numbers and anything that is no number.
    """
    try:
        number = phonenumbers.parse(text, default_region)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            raise InvalidNumber(
                "it has no country code; write it with + or set default_region"
            ) from None
        raise InvalidNumber("it is not a telephone number") from None
    if number.extension:
        raise InvalidNumber("it has an extension, which cannot be dialled over a trunk")
    result = phonenumbers.is_possible_number_with_reason(number)
    if result != ValidationResult.IS_POSSIBLE:
        raise InvalidNumber(_NOT_POSSIBLE.get(result, "it is not a possible number"))
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def understood(text: str, region: str) -> str | None:
    """A number as a carrier wrote it, as E.164; None when it is not clear which one is meant.

    `region` is the country whose national numbers such a carrier writes; empty when not known,
    and then only a number with a plus is clear: "2025550123" is in Washington or in Egypt.
    """
    if text.startswith("+"):
        readings = [(text, "")]
    elif region:
        # What is no number of this country comes from abroad, with the plus left away.
        readings = [(text, region), (f"+{text}", "")]
    else:
        return None
    for written, country in readings:
        try:
            e164 = to_e164(written, country or None)
        except InvalidNumber:
            continue
        return e164 if is_assigned_range(e164) else None
    return None


def is_assigned_range(e164: str) -> bool:
    """Whether numbering plans give out such numbers at all (False: probably a typing error)."""
    return phonenumbers.is_valid_number(phonenumbers.parse(e164))


def mask_number(text: str | None) -> str:
    """A form fit for logs: "+1•••••0123". Never raises, whatever `text` is.

    What is not clearly a long enough number (a SIP user name, a short code) is hidden whole.
    """
    if not text:
        return ""
    digits = "".join(character for character in text if character.isdecimal())
    if len(digits) < _SHORTEST_SHOWN or any(character.isalpha() for character in text):
        return _MASK
    return f"{_country_prefix(text)}{_MASK}{digits[-4:]}"


def _country_prefix(text: str) -> str:
    try:
        return f"+{phonenumbers.parse(text).country_code}"
    except phonenumbers.NumberParseException:
        return ""
