"""Text without what cannot be heard: markup, links, emoji, stage directions."""

import html
import re
import unicodedata

from bot.talk.spoken.numbers import numbers_in_words

# What a model thinks or calls, written into its answer: nothing of it is for the caller.
HIDDEN_TAGS = ("think", "thinking", "reasoning", "tool_call", "function_call", "tool_response")
_HIDDEN = re.compile(rf"<({'|'.join(HIDDEN_TAGS)})\b[^>]*>.*?(?:</\1\s*>|$)", re.S | re.I)
_TAG = re.compile(r"</?[a-z!?][^<>]{0,300}>", re.I)
_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,}).*$", re.M)
_RULE = re.compile(r"^[ \t]*(?:[-*_=][ \t]*){3,}$", re.M)
# With another one in it: the arguments of a tool.
_OBJECT = re.compile(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
_MAIL = re.compile(r"\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)\b")
_URL = re.compile(
    r"(?:\b(?:https?|ftp|wss?|sip)://|\bwww\.)[^\s<>()\[\]]*[^\s<>()\[\].,;:!?'\"]", re.I
)

# "*sighs*", "(whispering softly)": by their first word; "(the old one)" is said.
_ACTING = (
    r"(?:(?:she|he|echo|voice|softly|gently|quietly|slowly|warmly|in a|with a|short|long|soft"
    r"|gentle|dramatic|excited|sound of|sound effect|pause|music|beat|silence)\b"
    r"|(?:laugh|sigh|chuckl|whisper|giggl|gasp|paus|smil|nod|clear|cough|sing|hum|lean|yawn|wink"
    r"|breath|grin|sob|cheer|shout|murmur|wait)(?:s|es|e|ing|hs)?\b)"
)
_DIRECTIONS = (
    re.compile(r"\[[^\]\n]{0,80}\]"),
    re.compile(rf"\(\s*{_ACTING}[^)\n]{{0,80}}\)", re.I),
    re.compile(rf"(?<![\w*])(\*{{1,2}}|_)\s*{_ACTING}[^*_\n]{{0,60}}\1(?![\w*])", re.I),
)
_SPEAKER = re.compile(
    r"^\s*[*_]{0,2}(?:echo|narrator|storyteller|assistant)[*_]{0,2}:[*_]{0,2}\s*", re.I | re.M
)
_ITEM = re.compile(r"^[ \t]*(?:>+|#{1,6}|[-*+•–]|\d{1,2}[.)])[ \t]+(.*)$", re.M)
_STRUCK = re.compile(r"~~[^~\n]+~~")
_MARKS = re.compile(r"[*`#|\\^<>{}\[\]~]+|(?<!\w)_+|_+(?!\w)|_")

_MONEY = re.compile(r"([$€£])\s?(\d[\d,]*(?:\.\d+)?)")
_COINS = {"$": "dollars", "€": "euros", "£": "pounds"}
_WORDS = (
    (re.compile(r"\s*&\s*"), " and "),
    (re.compile(r"\s*%"), " percent"),
    (re.compile(r"\s*°\s?[CF]?\b|\s*°"), " degrees"),
    (re.compile(r"#(?=\d)"), "number "),
    (re.compile(r"(?<=\d)\s*\+\s*(?=\d)"), " plus "),
    (re.compile(r"(?<=\d)\s*[×*]\s*(?=\d)"), " times "),
    (re.compile(r"\s=\s"), " equals "),
    (re.compile(r"(?<=[a-z])/(?=[a-z])", re.I), " or "),
    (re.compile(r"\s*@\s*"), " at "),
    (re.compile(r"~(?=\d)"), "about "),
)
_SPACE = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r"\s+([,.;:!?])")
_DOUBLED = re.compile(r"([,;:])(?:\s*[,;:])+|[,;:]\s*(?=[.!?])")
_STARTS = re.compile(r"^[\s,;:.)–—-]+")


def fit_for_the_ear(text: str) -> str:
    """Return what of `text` can be said, on one line; "" when nothing can.

    Symbols and numbers become words. English.
    """
    text = _without_markup(html.unescape(text))
    text = _MONEY.sub(lambda found: f"{found[2]} {_COINS[found[1]]}", text)
    for symbol, word in _WORDS:
        text = symbol.sub(word, text)
    text = numbers_in_words(_MARKS.sub(" ", text).replace("(", ", ").replace(")", ", "))
    text = "".join(char for char in _SPACE.sub(" ", text) if _is_audible(char))
    text = _BEFORE_MARK.sub(r"\1", _SPACE.sub(" ", text))
    text = _STARTS.sub("", _DOUBLED.sub(r"\1", text)).strip()
    return text if any(char.isalnum() for char in text) else ""


def _without_markup(text: str) -> str:
    for pattern in (_HIDDEN, _FENCE, _RULE, _OBJECT):
        text = pattern.sub(" ", text)
    text = _TAG.sub(" ", _LINK.sub(r"\1", text))
    text = _MAIL.sub(lambda found: f"{found[1]} at {found[2].replace('.', ' dot ')}", text)
    text = _SPEAKER.sub("", _URL.sub("a link", text))
    for direction in _DIRECTIONS:
        text = direction.sub(" ", text)
    return _ITEM.sub(_item, _STRUCK.sub(" ", text))


def _item(found: re.Match[str]) -> str:
    """A list is heard as sentences."""
    line = found[1].rstrip()
    return line if not line or line[-1] in ".!?,;:" else f"{line}."


def _is_audible(char: str) -> bool:
    """Not an emoji or what belongs to one, no control character, no private sign."""
    category = unicodedata.category(char)
    return category not in ("So", "Sk", "Cf", "Co", "Cn", "Cc", "Cs", "Me") and char != "\ufe0f"
