"""Speech came, words did not: the transcription is stuck, cut off or refused."""

import asyncio
from collections.abc import Callable

from agents.prompts import load_prompt
from bot.records.record import EndReason
from bot.talk.floor.floor import Floor

# Being asked to say it again is bearable twice; a third time it is plain that Echo is deaf.
_QUESTIONS = 2


class Hearing:
    """Asks the caller to say it again, and gives up when that does not help.

    `is_over_echo` tells whether the voice was heard over Echo's own: a hum needs no words.
    `may_tell_keys` tells whether a caller may be told of the keys who was not understood twice.
    """

    def __init__(
        self,
        floor: Floor,
        *,
        is_over_echo: Callable[[], bool] = lambda: False,
        may_tell_keys: Callable[[], bool] = lambda: False,
    ) -> None:
        self._floor = floor
        self._is_over_echo = is_over_echo
        self._may_tell_keys = may_tell_keys
        self._has_told_keys = False
        self._nothing = asyncio.Event()
        self._in_a_row = 0

    def nothing_heard(self) -> None:
        """The caller spoke, and no words came of it."""
        if self._is_over_echo():
            return
        self._in_a_row += 1
        self._nothing.set()

    def words_heard(self) -> None:
        """The ears work."""
        self._in_a_row = 0

    async def run(self) -> None:
        """Ask again, until cancelled or until it is of no use."""
        while True:
            await self._nothing.wait()
            self._nothing.clear()
            if self._in_a_row > _QUESTIONS:
                await self._floor.last_words(
                    EndReason.PROVIDER_FAILURE, error="nothing the caller said could be understood"
                )
                return
            await self._ask_again()

    async def _ask_again(self) -> None:
        tells = self._in_a_row == _QUESTIONS and not self._has_told_keys and self._may_tell_keys()
        asked = await self._floor.ask(load_prompt("not_heard_keys" if tells else "not_heard"))
        self._has_told_keys |= tells and asked
