"""Text from the far end made fit for terminals, logs and databases."""

import unicodedata

_CUT = "…"
# Controls (also C1), line and paragraph ends; a space stands for each.
_BREAKS = frozenset({"Cc", "Zl", "Zp", "Zs"})
# What is not seen yet changes what is: bidi marks, zero widths, lone surrogates, private use.
_UNSEEN = frozenset({"Cf", "Cs", "Co", "Cn"})


def one_line(text: str, most: int = 200) -> str:
    """`text` as one line of at most `most` printable characters; what is cut off ends in "…"."""
    # A reason phrase may be a body of 64 kB: what cannot be shown is not looked at.
    shown = "".join(map(_seen, text[: 4 * most])).rstrip()
    return shown if len(shown) <= most else shown[: most - 1] + _CUT


def _seen(character: str) -> str:
    category = unicodedata.category(character)
    if category in _UNSEEN:
        return ""
    return " " if category in _BREAKS else character
