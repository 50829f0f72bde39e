"""Finding out who or what has answered, while Echo is already saying who she is.

LiveKit's detector listens to the greeting with the session's own models. It would hold back every
word until it has made up its mind, seconds after the answer; a person would have hung up by then.
So Echo speaks at once, and is interrupted when it turns out that she talks to a machine.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from livekit.agents.voice.amd import AMDCategory

from agents.last_words import LastWords
from agents.prompts import load_prompt
from bot.call.progress import Progress
from bot.records.diary import Diary, EventKind
from bot.records.record import EndReason
from bot.talk.floor.ending import Ending
from bot.talk.floor.floor import Floor
from sip.calls.outcome import Outcome

logger = logging.getLogger("storyline.outbound")

# A call screener asks its owner, who has to find the telephone and decide.
_SCREENING_LIMIT_S = 30.0
# Nobody says anything in what is left then.
_TOO_SHORT_S = 0.5
# Mailboxes and menus have said what they are by then.
_GREETING_LIMIT_S = 20.0


class Verdict(Protocol):
    """What a detector thinks has answered."""

    @property
    def category(self) -> AMDCategory:
        """Person, mailbox, menu, or uncertain."""

    @property
    def reason(self) -> str:
        """Why."""


class Detector(Protocol):
    """LiveKit's detector of answering machines, or a test's."""

    async def execute(self) -> Verdict:
        """Wait for the verdict."""


MakeDetector = Callable[[float, bool], AbstractAsyncContextManager[Detector]]


class Reception:
    """Listens to how a call is answered, and deals with machines; persons are not its business.

    `detector(limit_s, by_words_alone)` makes a detector; from the moment it listens until
    `let_speak` is called, the library holds back every word of Echo's.
    """

    def __init__(
        self,
        floor: Floor,
        progress: Progress,
        ending: Ending,
        detector: MakeDetector,
        let_speak: Callable[[], None],
        *,
        leaves_messages: bool,
        diary: Diary,
    ) -> None:
        self._floor = floor
        self._progress = progress
        self._ending = ending
        self._detector = detector
        self._let_speak = let_speak
        self._leaves_messages = leaves_messages
        self._diary = diary

    async def run(self) -> None:
        """From the answer until it is clear who answered, and a machine has been dealt with.

        A detector that fails is no reason to end a conversation: then it was a person.
        """
        try:
            await self._deal_with(await self._who_answered())
        except Exception:
            logger.exception("who answered could not be found out; talking on")
            self._floor.release()

    async def _who_answered(self) -> AMDCategory:
        async with self._detector(_GREETING_LIMIT_S, False) as detector:
            self._let_speak()
            verdict = await _within(_GREETING_LIMIT_S, detector)
        if verdict is None:
            return AMDCategory.UNCERTAIN
        category, why = verdict.category, verdict.reason
        logger.info("who answered", extra={"category": category.value, "why": why})
        self._diary.note(EventKind.RECEPTION, category.value)
        return category

    async def _deal_with(self, category: AMDCategory) -> None:
        match category:
            case AMDCategory.MACHINE_VM if self._leaves_messages:
                await self._progress.became(Outcome.VOICEMAIL, "A message was left.")
                await self._floor.last_words(
                    EndReason.VOICEMAIL, LastWords(load_prompt("voicemail"))
                )
            case AMDCategory.MACHINE_VM | AMDCategory.MACHINE_UNAVAILABLE:
                await self._progress.became(Outcome.VOICEMAIL, "No message was left.")
                self._ending.set(EndReason.VOICEMAIL)
            case AMDCategory.MACHINE_IVR:
                await self._get_past_the_screener()
            case _:
                return  # a person, or somebody who cannot be told from one

    async def _get_past_the_screener(self) -> None:
        """Say who is calling and why, and wait for somebody to come to the line."""
        self._floor.hold()
        await self._progress.became(Outcome.SCREENED)
        await self._floor.tell(load_prompt("to_screener"))
        if await self._somebody_comes():
            logger.info("somebody came to the line")
            await self._progress.became(Outcome.ANSWERED)
            self._floor.release()
            return
        self._ending.set(EndReason.SCREENED)

    async def _somebody_comes(self) -> bool:
        """Wait through whatever else the screener says; Echo's answers are held back meanwhile."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + _SCREENING_LIMIT_S
        while (left_s := until_s - loop.time()) > _TOO_SHORT_S:
            # A short greeting is a person's, but a screener's "please hold" is short too.
            async with self._detector(left_s, True) as detector:
                verdict = await _within(left_s, detector)
            if verdict is not None and verdict.category is AMDCategory.HUMAN:
                return True
        return False


async def _within(limit_s: float, detector: Detector) -> Verdict | None:
    """The verdict, or None when there is none within the limit: the library's own can be lifted."""
    try:
        async with asyncio.timeout(limit_s):
            return await detector.execute()
    except TimeoutError:
        logger.info("who answered stayed open", extra={"limit_s": limit_s})
        return None
