"""The cleaning of a stream: sentence by sentence, and no longer than a caller can listen."""

import re
from collections.abc import AsyncIterable, AsyncIterator

from agents.prompts import load_prompt
from agents.taming.notices import Notice, Notify, keep_quiet
from bot.talk.spoken.cleaning import HIDDEN_TAGS, fit_for_the_ear

# A turn has 45 words. After a minute of monologue nobody remembers what was asked. The sentence
# that passes the first number is said to its end, unless it passes the second.
MOST_WORDS = 150
_LONGEST_WORDS = 200
# A model that writes no end of a sentence is not waited for longer.
_MOST_CHARS = 600
# "1. " begins a line of a list.
_END = re.compile(r"(?:[!?…]|(?<!\d)\.)['\"”’)*_]*\s+|\n+")
_OPEN = re.compile(rf"<({'|'.join(HIDDEN_TAGS)})\b", re.I)
# Words that need no cleaning are not held back: the voice begins with the first of them.
_PLAIN = re.compile(r"(?:[^\W\d_]+(?:['’-][^\W\d_]+)*[,.!?…\"”]*\s+)+")
_ENDS = (".", "!", "?", "…", '"', "”")


async def spoken(text: AsyncIterable[str], notify: Notify = keep_quiet) -> AsyncIterator[str]:
    """Yield `text` fit for the ear, about 150 words of it.

    What is cut off ends on the question whether to go on.
    """
    words, is_whole = 0, True
    async for piece in pieces(text):
        said = fit_for_the_ear(piece).split()
        if not said:
            continue
        limit = MOST_WORDS if is_whole else _LONGEST_WORDS
        left = max(0, _LONGEST_WORDS - words) if words < limit else 0
        if heard := said[:left]:
            yield " ".join(heard) + " "
        if len(heard) < len(said):
            notify(Notice.CUT_SHORT, "by its words")
            yield load_prompt("too_long")
            return
        words, is_whole = words + len(heard), heard[-1].endswith(_ENDS)


async def pieces(text: AsyncIterable[str]) -> AsyncIterator[str]:
    """Yield `text` in pieces that can be cleaned each for itself.

    They are sentences and lines, or single words where those are plain; what is hidden from the
    caller stays whole.
    """
    kept = ""
    async for chunk in text:
        kept += chunk
        while cut := _first_cut(kept):
            yield kept[:cut]
            kept = kept[cut:]
    if kept:
        yield kept


def _first_cut(text: str) -> int:
    opened = _OPEN.search(text)
    if opened is not None:
        closing = re.compile(rf"</{opened[1]}\s*>", re.I).search(text, opened.end())
        return opened.start() or (closing.end() if closing else 0)
    if (end := _END.search(text)) is not None:
        return end.end()
    if (plain := _PLAIN.match(text)) is not None:
        return plain.end()
    return text.rfind(" ") + 1 if len(text) > _MOST_CHARS else 0
