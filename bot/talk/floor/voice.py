"""What the Floor makes sound with: a voice that speaks with models, and clips for when none can."""

from typing import Protocol

from bot.talk.clips import Clip
from bot.talk.floor.opening import Opening


class Voice(Protocol):
    """What the Floor speaks with. Nothing here raises: a model that fails is silence."""

    @property
    def is_idle(self) -> bool:
        """Nothing is being said or thought about."""

    async def open(self, opening: Opening | None, text: str, *, interruptible: bool) -> bool:
        """Say `text`, from what was prepared of it; False when it was interrupted."""

    def utter(self, text: str) -> None:
        """Say `text` when what is being said is over."""

    async def say(self, text: str) -> None:
        """Say `text`, and return when it is over or the caller has interrupted it."""

    async def insist(self, text: str) -> bool:
        """Say `text` without interruption, within limits; False when nothing was heard of it."""

    async def improvise(self, instructions: str) -> bool:
        """Like `insist`, in the model's own words."""

    def reply(self, instructions: str = "") -> None:
        """Let the model speak next."""

    def answer(self, words: str) -> None:
        """Let the model answer `words` as if the caller had said them."""

    def drop_guess(self) -> None:
        """Forget what was prepared in case the caller was done; the end of their turn asks anew.

        Only while nothing else is being said.
        """

    async def give_way(self) -> None:
        """Stop as for a word of the caller, and return when nothing is being said any more.

        What nobody may interrupt is said to its end, within limits.
        """

    def reply_again(self) -> None:
        """Ask for an answer that did not come once more, another way where there is one."""

    async def hush(self) -> None:
        """Be silent at once, whatever is going on."""


class OpeningVoice(Protocol):
    """What the first words are prepared with, before the Floor says them."""

    was_opened: bool
    """Whether the first words were heard, to their end."""

    def prepare(self, text: str) -> Opening | None:
        """Begin to synthesize `text`; None where there is no voice, because the caller reads."""


class Clips(Protocol):
    """Stored phrases, for the moments when no model can speak."""

    async def play(self, clip: Clip) -> None:
        """Play `clip`; return when it has been heard, or when `stop` was called."""

    async def stop(self) -> None:
        """Return when no clip is heard any more."""
