"""What is said at the end of a call, and what is said instead when that cannot be said."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LastWords:
    """The last words, from the best to the surest; where neither is heard, a stored phrase is.

    `instructions` let the model find its own words, `text` is spoken as it stands; an empty one
    is left out.
    """

    text: str = ""
    instructions: str = ""
