"""Finding out who or what has answered, while Echo is already saying who she is.

LiveKit's detector listens to the greeting with the session's own models. It would hold back every
word until it has made up its mind, seconds after the answer; a person would have hung up by then.
So Echo speaks at once, and is interrupted when it turns out that she talks to a machine.
"""

import asyncio
import logging

from livekit.agents.voice.amd import AMD, AMDCategory, AMDPredictionEvent
from livekit.agents.voice.amd.detector import DetectionOptions

from agents.prompts import load_prompt
from agents.speech import spoken
from bot.call.dialler import CALLEE
from bot.call.progress import Progress
from bot.records import EndReason
from bot.settings import Settings
from bot.talk.ending import Ending
from bot.talk.line import CallerLine
from bot.talk.talk import Talk
from sip.calls.outcome import Outcome

logger = logging.getLogger("storyline.outbound")

# A call screener asks its owner, who has to find the telephone and decide.
_SCREENING_LIMIT_S = 30.0
# Mailboxes and menus have said what they are by then.
_GREETING_LIMIT_S = 20.0
_WORDS_BEGIN_S = 4.0
_WORDS_END_S = 15.0


class Reception:
    """Listens to how a call is answered, and deals with machines; persons are not its business."""

    def __init__(
        self,
        talk: Talk,
        line: CallerLine,
        progress: Progress,
        ending: Ending,
        settings: Settings,
    ) -> None:
        self._talk = talk
        self._line = line
        self._progress = progress
        self._ending = ending
        self._leaves_messages = settings.outbound.on_voicemail == "message"

    async def run(self) -> None:
        """From the answer until it is clear who answered, and a machine has been dealt with."""
        await self._line.answer()
        async with self._detector() as detector:
            self._let_echo_speak()
            verdict = await detector.execute()
        logger.info(
            "who answered", extra={"category": verdict.category.value, "why": verdict.reason}
        )
        await self._deal_with(verdict.category)

    async def _deal_with(self, category: AMDCategory) -> None:
        match category:
            case AMDCategory.MACHINE_VM if self._leaves_messages:
                await self._progress.became(Outcome.VOICEMAIL, "A message was left.")
                await self._talk.farewell(EndReason.VOICEMAIL, "voicemail")
            case AMDCategory.MACHINE_VM | AMDCategory.MACHINE_UNAVAILABLE:
                await self._progress.became(Outcome.VOICEMAIL, "No message was left.")
                self._ending.set(EndReason.VOICEMAIL)
            case AMDCategory.MACHINE_IVR:
                await self._get_past_the_screener()
            case _:
                return  # a person, or somebody who cannot be told from one

    async def _get_past_the_screener(self) -> None:
        """Say who is calling and why, and wait for somebody to come to the line."""
        await self._progress.became(Outcome.SCREENED)
        self._talk.hold()
        session = self._talk.session
        await spoken(
            session,
            session.say(load_prompt("to_screener"), allow_interruptions=False),
            begin_s=_WORDS_BEGIN_S,
            end_s=_WORDS_END_S,
        )
        if await self._somebody_comes():
            logger.info("somebody came to the line")
            await self._progress.became(Outcome.ANSWERED)
            self._talk.resume()
            return
        self._ending.set(EndReason.SCREENED)

    async def _somebody_comes(self) -> bool:
        """Wait through whatever else the screener says; Echo's answers are held back meanwhile."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + _SCREENING_LIMIT_S
        while (left_s := until_s - loop.time()) > 0:
            async with self._detector(left_s, by_words_alone=True) as detector:
                verdict: AMDPredictionEvent = await detector.execute()
            if verdict.is_human:
                return True
        return False

    def _detector(self, limit_s: float = _GREETING_LIMIT_S, *, by_words_alone: bool = False) -> AMD:
        """A detector that makes up its mind within `limit_s`, or is left uncertain.

        A short greeting is a person's; but a screener's "please hold" is short too, so behind one
        only the words count.
        """
        session = self._talk.session
        options: DetectionOptions = {"no_speech_threshold": limit_s, "timeout": limit_s}
        if by_words_alone:
            options["human_speech_threshold"] = 0.0
        return AMD(
            session,
            # The session's own models. Its ears hear nothing while Echo cannot be interrupted,
            # so the detector gets a second stream of them.
            llm=None,
            stt=session.stt,
            participant_identity=CALLEE,
            interrupt_on_machine=True,
            ivr_detection=False,
            suppress_compatibility_warning=True,
            detection_options=options,
        )

    def _let_echo_speak(self) -> None:
        """Take back the detector's hold on her voice; the library has no setting for it."""
        activity = self._talk.session._activity
        if activity is not None:
            activity._resume_authorization()
