"""Speak into a call at the speed of speech."""

import asyncio
from bisect import bisect_right
from collections.abc import Sequence

from local.caller.clock import Clock
from local.caller.errors import CallEnded
from local.caller.hearing.recording import Track
from local.caller.leg import Leg
from local.caller.timing import Span
from local.sound.pcm import as_array

# How far ahead sound is queued: a busy machine may stall us so long without a hole.
LEAD_S = 0.24
FRAME_S = 0.02
BYTES_PER_SAMPLE = 2


class Mouth:
    """The caller's side of the sound. One clip at a time; a second one waits for the first."""

    def __init__(self, leg: Leg, clock: Clock, track: Track) -> None:
        self._leg = leg
        self._clock = clock
        self._track = track
        self._busy = asyncio.Lock()
        self._queued_until_s = 0.0
        self.speech: list[Span] = []
        """What was voiced, in seconds since the INVITE."""

    async def play(self, pcm: bytes, voiced: Sequence[Span]) -> Span:
        """Send a clip at the call's rate and return when its last sample has left.

        `voiced` tells which parts of the clip are speech, in seconds from its beginning; they
        are added to `speech`, as far as they were sent. Cancelling stops the sound at once.

        Raises CallEnded when the call ends first.
        """
        async with self._busy:
            clip = _Clip(self._leg.rate_hz)
            try:
                await self._feed(pcm, clip)
                await self._drain()
            except BaseException:
                self._take_back()
                raise
            finally:
                sent = Span(clip.start_s(self._clock.now_s()), self._queued_until_s)
                self.speech.extend(clip.placed(voiced, sent.end_s))
            return sent

    async def _feed(self, pcm: bytes, clip: "_Clip") -> None:
        rate_hz = self._leg.rate_hz
        sent = 0
        while sent < len(pcm):
            if self._leg.is_over:
                raise CallEnded("the call ended while the caller was speaking")
            now_s = self._clock.now_s()
            room = round((now_s + LEAD_S - self._queued_until_s) * rate_hz) * BYTES_PER_SAMPLE
            room = min(room, round(LEAD_S * rate_hz) * BYTES_PER_SAMPLE)
            taken = self._leg.write(pcm[sent : sent + room]) if room > 0 else 0
            if taken:
                start_s = max(self._queued_until_s, now_s)
                clip.mark(sent // BYTES_PER_SAMPLE, start_s)
                self._track.write(round(start_s * rate_hz), as_array(pcm[sent : sent + taken]))
                sent += taken
                self._queued_until_s = start_s + taken / BYTES_PER_SAMPLE / rate_hz
            await self._clock.sleep(FRAME_S)

    async def _drain(self) -> None:
        while (rest_s := self._queued_until_s - self._clock.now_s()) > 0:
            if self._leg.is_over:
                raise CallEnded("the call ended while the caller was speaking")
            await self._clock.sleep(min(rest_s, FRAME_S))

    def _take_back(self) -> None:
        """Stop the sound now: what is queued is not sent."""
        now_s = self._clock.now_s()
        if self._queued_until_s > now_s:
            self._leg.flush()
            self._track.erase_from(round(now_s * self._leg.rate_hz))
            self._queued_until_s = now_s


class _Clip:
    """At which moment each sample of a clip was sent."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._samples: list[int] = []
        self._times_s: list[float] = []

    def mark(self, sample: int, at_s: float) -> None:
        self._samples.append(sample)
        self._times_s.append(at_s)

    def start_s(self, otherwise_s: float) -> float:
        return self._times_s[0] if self._times_s else otherwise_s

    def time_s(self, sample: int) -> float:
        index = max(0, bisect_right(self._samples, sample) - 1)
        return self._times_s[index] + (sample - self._samples[index]) / self._rate_hz

    def placed(self, spans: Sequence[Span], until_s: float) -> list[Span]:
        """Spans of the clip on the call's time axis, as far as they were sent."""
        if not self._times_s:
            return []
        moved = [
            Span(
                self.time_s(round(span.start_s * self._rate_hz)),
                min(until_s, self.time_s(round(span.end_s * self._rate_hz))),
            )
            for span in spans
        ]
        return [span for span in moved if span.start_s < until_s]
