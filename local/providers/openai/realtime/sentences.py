"""Where a text may be cut so that its first sound comes early."""

import re

SENTENCE = re.compile(r"\S.*?(?:[.!?…]+[\"”’')]*(?=\s|$)|$)", re.DOTALL)


def sentences(text: str) -> list[str]:
    """The sentences of the text, without the space between them."""
    return [found.rstrip() for found in SENTENCE.findall(text)]
