"""Numbers as words, in English."""

import re

# fmt: off
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# fmt: on
_LARGEST = 999_999
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_TIME = re.compile(r"(?<![\w:])(\d{1,2}):([0-5]\d)(?![\w:])")
_NUMBER = re.compile(r"(?<![\w.])(\d+)(?:\.(\d+))?(?!\w)")


def in_words(number: int) -> str:
    """Return a number from 0 to 999 999 as words."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    unit, name = (100, "hundred") if number < 1000 else (1000, "thousand")
    count, rest = divmod(number, unit)
    joint = " and " if 0 < rest < 100 else " "
    return f"{in_words(count)} {name}" + (f"{joint}{in_words(rest)}" if rest else "")


def numbers_in_words(text: str) -> str:
    """Return `text` with its numbers and times of day as words; "3rd" and "R2" stay."""
    text = _THOUSANDS.sub("", text)
    return _NUMBER.sub(_spoken, _TIME.sub(_time, text))


def _time(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    if minute == 0:
        return f"{in_words(hour)} o'clock"
    return f"{in_words(hour)} {'oh ' if minute < 10 else ''}{in_words(minute)}"


def _spoken(found: re.Match[str]) -> str:
    whole, fraction = found[1], found[2]
    is_counted = len(whole) <= len(str(_LARGEST)) and not (whole[0] == "0" and len(whole) > 1)
    said = in_words(int(whole)) if is_counted else _digits(whole)
    return f"{said} point {_digits(fraction)}" if fraction else said


def _digits(text: str) -> str:
    return " ".join(_ONES[int(digit)] for digit in text)
