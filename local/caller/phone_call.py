"""An answered call in the hands of a script: hear, say, press, hang up."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from local.caller.clip import Clip, make_clip
from local.caller.clock import Clock
from local.caller.errors import CallEnded, NothingHeard
from local.caller.hearing.ear import Ear
from local.caller.hearing.recording import Track, save_stereo
from local.caller.hearing.segments import Segmenter
from local.caller.hearing.understanding import Understanding
from local.caller.leg import Leg
from local.caller.mouth import Mouth
from local.caller.speech import SPEECH_RATE_HZ, Speech
from local.caller.timing import Gap, Span, response_gaps, silence_before
from local.caller.transcript import Heard, Line
from local.sound.detectors import SileroDetector, VoiceDetector

POLL_S = 0.02
LONGEST_UTTERANCE_S = 120.0
# Silence between the last word and the hang-up that shows that the word was not cut.
HEARD_TO_THE_END_S = 0.15


class PhoneCall:
    """One call. All times are seconds since the INVITE.

    Made by SipCaller when the far end answers. Ends by itself when the far end hangs up;
    `aclose()` hangs up and waits for whatever is still going on.
    """

    def __init__(
        self,
        leg: Leg,
        clock: Clock,
        speech: Speech,
        *,
        answered_s: float,
        new_detector: Callable[[], VoiceDetector] = SileroDetector,
        silence_s: float = 0.6,
    ) -> None:
        self.answered_s = answered_s
        self.ended_s: float | None = None
        self.ended_by: Literal["caller", "far end"] | None = None
        self._leg = leg
        self._clock = clock
        self._speech = speech
        self._new_detector = new_detector
        self._caller_track = Track(leg.rate_hz)
        self._far_track = Track(leg.rate_hz)
        self._mouth = Mouth(leg, clock, self._caller_track)
        self._understanding = Understanding(speech, self._far_track, self._add_line)
        self._ear = Ear(
            leg,
            clock,
            self._far_track,
            lambda origin_s: Segmenter(
                new_detector(), leg.rate_hz, origin_s=origin_s, silence_s=silence_s
            ),
            self._understanding.add,
        )
        self._lines: list[Line] = []
        self._listeners: list[Callable[[Line], None]] = []
        self._hanging_up = False
        self._life = asyncio.create_task(self._live(), name="phone call")

    # -- what happened so far ------------------------------------------------------------

    @property
    def sip_call_id(self) -> str:
        """The SIP Call-ID: how this call is found in the servers' logs."""
        return self._leg.sip_call_id

    @property
    def is_over(self) -> bool:
        return self._leg.is_over

    @property
    def now_s(self) -> float:
        return self._clock.now_s()

    @property
    def lines(self) -> list[Line]:
        """What was said so far and has been understood, in order of time."""
        return sorted(self._lines, key=lambda line: line.start_s)

    @property
    def far_speech(self) -> list[Span]:
        """The far end's finished utterances."""
        return list(self._ear.speech)

    @property
    def caller_speech(self) -> list[Span]:
        """The voiced parts of what the caller said."""
        return list(self._mouth.speech)

    @property
    def response_gaps(self) -> list[Gap]:
        """How long the far end took to answer each turn of the caller."""
        return response_gaps(self.caller_speech, self.far_speech)

    @property
    def silence_before_hang_up_s(self) -> float | None:
        """Between the far end's last voice and the end of the call; None if it never spoke."""
        return None if self.ended_s is None else silence_before(self.ended_s, self.far_speech)

    @property
    def heard_to_the_end(self) -> bool:
        """Was the far end's last word followed by silence before the call ended?"""
        silence_s = self.silence_before_hang_up_s
        return silence_s is not None and silence_s >= HEARD_TO_THE_END_S

    def on_line(self, listener: Callable[[Line], None]) -> None:
        """Be told of each line as soon as it has been said and understood."""
        self._listeners.append(listener)

    async def transcript(self) -> list[Line]:
        """All lines, after what is still being understood."""
        await self._understanding.settle()
        return self.lines

    def save(self, path: Path) -> None:
        """Write the recording: left the caller, right the far end."""
        save_stereo(path, self._caller_track, self._far_track)

    # -- listening -----------------------------------------------------------------------

    async def hear(self, timeout_s: float = 15.0) -> Heard:
        """The far end's next utterance that has not been heard yet, once it is finished.

        `timeout_s` is how long the far end may take to begin; what has begun is heard out.
        Sounds without words are passed over.

        Raises NothingHeard, CallEnded, or SpeechUnavailable.
        """
        deadline_s = self.now_s + timeout_s
        while True:
            await self._wait_utterance(deadline_s, timeout_s)
            heard = await self._understanding.next()
            if heard.text:
                return heard

    async def hear_turn(self, timeout_s: float = 15.0, silence_s: float = 1.2) -> Heard:
        """Everything the far end says until it is silent for `silence_s`, as one.

        Raises like `hear`; a call that ends after the first utterance ends the turn.
        """
        heard = [await self.hear(timeout_s)]
        try:
            await self.wait_for_silence(silence_s, LONGEST_UTTERANCE_S)
        except CallEnded:
            await self._life
        while self._understanding.has_next:
            heard.append(await self._understanding.next())
        text = " ".join(part.text for part in heard if part.text)
        return Heard(text, heard[0].start_s, heard[-1].end_s)

    async def _wait_utterance(self, deadline_s: float, timeout_s: float) -> None:
        while not self._understanding.has_next:
            if self._life.done():
                raise CallEnded("the call ended; nothing more was said")
            since_s = self._ear.speaking_since_s
            if since_s is None and self.now_s > deadline_s:
                raise NothingHeard(f"the far end said nothing for {timeout_s:g} s")
            if since_s is not None and self.now_s > since_s + LONGEST_UTTERANCE_S:
                raise NothingHeard(f"the far end has talked on for {LONGEST_UTTERANCE_S:g} s")
            await self._clock.sleep(POLL_S)

    async def wait_for_speech(self, timeout_s: float = 15.0) -> float:
        """Until the far end is speaking; returns when it began. Raises NothingHeard, CallEnded."""
        deadline_s = self.now_s + timeout_s
        while (since_s := self._ear.speaking_since_s) is None:
            await self._keep_waiting(deadline_s, f"no speech within {timeout_s:g} s")
        return since_s

    async def wait_for_silence(self, silence_s: float = 0.6, timeout_s: float = 60.0) -> float:
        """Until the far end has been silent for `silence_s`; returns when the silence began.

        Raises NothingHeard when it goes on talking, CallEnded.
        """
        deadline_s = self.now_s + timeout_s
        while self.now_s - self._ear.silent_since_s < silence_s:
            await self._keep_waiting(deadline_s, f"no silence within {timeout_s:g} s")
        return self._ear.silent_since_s

    async def _keep_waiting(self, deadline_s: float, complaint: str) -> None:
        if self._leg.is_over:
            raise CallEnded("the call ended first")
        if self.now_s > deadline_s:
            raise NothingHeard(complaint)
        await self._clock.sleep(POLL_S)

    # -- speaking ------------------------------------------------------------------------

    async def say(self, text: str) -> Line:
        """Speak, at once: also while the far end is talking. Returns when it has been sent.

        It reaches the far end about 0.1 s later: hanging up right after it cuts its end.
        Raises CallEnded when the far end hangs up first, SpeechUnavailable.
        """
        return await self._play(await self._clip(text), text)

    async def interrupt(self, text: str, after_s: float = 1.0, timeout_s: float = 15.0) -> Line:
        """Speak when the far end has been talking for `after_s`."""
        clip = await self._clip(text)
        since_s = await self.wait_for_speech(timeout_s)
        await self._clock.sleep(max(0.0, since_s + after_s - self.now_s))
        return await self._play(clip, text)

    async def play(self, pcm: bytes, rate_hz: int, text: str = "") -> Span:
        """Send 16-bit mono sound. A `text` puts it into the transcript as words said."""
        clip = await asyncio.to_thread(
            make_clip, pcm, rate_hz, self._leg.rate_hz, self._new_detector
        )
        line = await self._play(clip, text)
        return Span(line.start_s, line.end_s)

    async def press(self, keys: str) -> None:
        """Press telephone keys, for instance "12#". Raises CallEnded."""
        begun_s = self.now_s
        await self._leg.press(keys)
        self._add_line(Line("caller", f"[keys {keys}]", begun_s, self.now_s))

    async def _clip(self, text: str) -> Clip:
        pcm = await self._speech.synthesize(text)
        return await asyncio.to_thread(
            make_clip, pcm, SPEECH_RATE_HZ, self._leg.rate_hz, self._new_detector
        )

    async def _play(self, clip: Clip, text: str) -> Line:
        span: Span | None = None
        begun_s = self.now_s
        try:
            span = await self._mouth.play(clip.pcm, clip.voiced)
        finally:
            said = span or Span(begun_s, self.now_s)
            line = Line("caller", text, said.start_s, said.end_s)
            if text:
                self._add_line(line)
        return line

    # -- the end -------------------------------------------------------------------------

    async def hang_up(self) -> None:
        """End the call; harmless when it is over already."""
        self._hanging_up = not self._leg.is_over
        await self._leg.hang_up()
        await self._life

    async def wait_hung_up(self, timeout_s: float = 30.0) -> float:
        """Until the far end hangs up; returns when. Raises NothingHeard if it does not."""
        try:
            await asyncio.wait_for(asyncio.shield(self._life), timeout_s)
        except TimeoutError:
            raise NothingHeard(f"the far end did not hang up within {timeout_s:g} s") from None
        assert self.ended_s is not None
        return self.ended_s

    async def aclose(self) -> None:
        """Hang up if need be, and end all that belongs to this call. May be called twice."""
        await self.hang_up()
        await self._understanding.aclose()

    async def _live(self) -> None:
        """Listen until the call is over."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ear.listen())
            await self._leg.wait_over()
            self.ended_s = self._clock.now_s()
            self.ended_by = "caller" if self._hanging_up else "far end"

    def _add_line(self, line: Line) -> None:
        self._lines.append(line)
        for listener in self._listeners:
            listener(line)
