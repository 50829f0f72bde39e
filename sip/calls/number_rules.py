"""Which numbers may be called at all: a question of numbering plans, asked before all else."""

import re
from collections.abc import Collection

import phonenumbers
from phonenumbers import PhoneNumberType, shortnumberinfo

from sip.calls.number import is_assigned_range, to_e164
from sip.errors import InvalidNumber, NumberRefused

_SHORT = re.compile(r"[\s()./-]*(?:\+?[\s()./-]*)?((?:\d[\s()./-]*){1,6})")
_COSTLY = {
    PhoneNumberType.PREMIUM_RATE: "it is a premium-rate number",
    PhoneNumberType.SHARED_COST: "it is a shared-cost number",
}
# Numbers that belong to no country: satellites, international freephone, global networks.
_NO_COUNTRY = "001"


def country_of(e164: str) -> str:
    """The country (ISO code, "US") that a number belongs to; "001" for worldwide numbers."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(e164)) or _NO_COUNTRY


def callable_number(text: str, countries: Collection[str]) -> str:
    """`text` as E.164 if it is a number that may be called.

    `countries` are the ISO codes that may be called; empty means every country.
    Raises NumberRefused for emergency and short numbers, premium-rate and shared-cost numbers,
    other countries, and whatever is no telephone number. The text is not part of the message.
    """
    _refuse_short(text)
    try:
        e164 = to_e164(text)
    except InvalidNumber as error:
        raise NumberRefused(error.reason) from error
    if not is_assigned_range(e164):
        raise NumberRefused("no numbering plan gives out such a number: look for a typing mistake")
    number = phonenumbers.parse(e164)
    country = country_of(e164)
    _refuse_emergency(number, country)
    reason = _COSTLY.get(phonenumbers.number_type(number))
    if reason is not None:
        raise NumberRefused(reason)
    if countries and country not in countries:
        raise NumberRefused(f"calls to its country ({country}) are not allowed")
    return e164


def _refuse_short(text: str) -> None:
    """What is dialled without area code: 112, 911, 999, service codes. Also written with a plus."""
    match = _SHORT.fullmatch(text.strip().removeprefix("tel:"))
    if match is None:
        return
    digits = re.sub(r"\D", "", match[1])
    if any(shortnumberinfo.is_emergency_number(digits, region) for region in _regions()):
        raise NumberRefused("it is an emergency number")
    raise NumberRefused("it is a short number")


def _refuse_emergency(number: phonenumbers.PhoneNumber, country: str) -> None:
    national = phonenumbers.national_significant_number(number)
    if shortnumberinfo.connects_to_emergency_number(national, country):
        raise NumberRefused("it connects to an emergency number")


def _regions() -> Collection[str]:
    return phonenumbers.SUPPORTED_REGIONS
