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
    PhoneNumberType.PERSONAL_NUMBER: "it is a personal number, at the price of a call abroad",
    PhoneNumberType.PAGER: "it is a pager",
    PhoneNumberType.VOICEMAIL: "it is a mailbox",
    PhoneNumberType.UAN: "it is a company number at a price of its own",
}
# Company numbers at the price of a landline: British 03, Swiss 058.
_PLAIN_UAN = frozenset({"GB", "CH"})
# Exchange 976 is premium-rate in every area of North America; numbering plans show a landline.
_PAY_PER_CALL = re.compile(r"\+1\d{3}976\d{4}")
# Numbers that belong to no country: satellites, international freephone, global networks.
_NO_COUNTRY = "001"


def country_of(e164: str) -> str:
    """The country (ISO code, "US") of a number; "001" for worldwide ones and what is no number."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return _NO_COUNTRY
    return phonenumbers.region_code_for_number(number) or _NO_COUNTRY


def home_region(number: str | None) -> str:
    """The country whose national numbers are written beside `number`; empty if it has no plus."""
    country = country_of(number) if number and number.startswith("+") else _NO_COUNTRY
    return "" if country == _NO_COUNTRY else country


def home_country(from_number: str) -> str:
    """The country of the number that is called from. Raises NumberRefused when it has none."""
    country = country_of(from_number)
    if country == _NO_COUNTRY:
        raise NumberRefused(
            "nobody knows the country of the number that is called from: "
            "name the countries that may be called in STORYLINE_CALL_COUNTRIES"
        )
    return country


def callable_number(text: str, countries: Collection[str]) -> str:
    """`text` as E.164 if it is a number that may be called.

    `countries` are the ISO codes that may be called; empty means every country.
    Raises NumberRefused for emergency and short numbers, for whatever costs more than a call to
    a person, other countries, satellites, and whatever is no telephone number. The text is not
    part of the message.
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
    _refuse_costly(number, e164, country)
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


def _refuse_costly(number: phonenumbers.PhoneNumber, e164: str, country: str) -> None:
    if country == _NO_COUNTRY:
        raise NumberRefused("it belongs to no country (001): satellites and worldwide networks")
    kind = phonenumbers.number_type(number)
    if _PAY_PER_CALL.fullmatch(e164):
        kind = PhoneNumberType.PREMIUM_RATE
    if kind in _COSTLY and not (kind == PhoneNumberType.UAN and country in _PLAIN_UAN):
        raise NumberRefused(_COSTLY[kind])


def _regions() -> Collection[str]:
    return phonenumbers.SUPPORTED_REGIONS
