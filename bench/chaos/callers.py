"""Callers beside the one: each hears a whole story, and understands nothing of it.

They answer whatever was said last, which spares the machine an ear for each.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from bench.line.g711 import RATE_HZ, Pcm
from bench.line.telephone import CallFailed, Line, NothingHeard, dial
from local.caller.errors import CallerError
from local.caller.speech import SPEECH_RATE_HZ, HttpSpeech
from local.sound.pcm import as_array, from_pcm, to_pcm
from local.sound.resample import resample

_WHO = "I'm Peter from Berlin."
ANSWER = "Yes, please. The first one."
FAREWELL = "Please stop the story now. Goodbye."
_ANSWER_LIMIT_S = 40.0
_REPLY_LIMIT_S = 30.0
_SENTENCES_LIMIT_S = 60.0
_QUIET_S = 1.5
# Silence between the last word and the hang-up that shows that the word was not cut.
_TAIL_S = 0.15


@dataclass(frozen=True)
class Told:
    """One call from the caller's side. `waits_s`: from each turn to Echo's answer; `tail_s`: from
    her last sound to the hang-up, None when she never hung up.
    """

    waits_s: tuple[float, ...]
    tail_s: float | None


@dataclass(frozen=True)
class Words:
    """What such a caller says: who they are, whatever may be an answer, and that it is enough."""

    who: Pcm
    answer: Pcm
    farewell: Pcm

    @classmethod
    async def made(cls, providers_url: str) -> "Words":
        """Spoken by the caller's own voice. Raises SpeechUnavailable."""
        async with aiohttp.ClientSession() as session:
            speech = HttpSpeech(session, providers_url)
            texts = (_WHO, ANSWER, FAREWELL)
            return cls(*[_at_8_khz(await speech.synthesize(text)) for text in texts])


async def hear_story(
    line: Line, caller: str, words: Words, is_told: asyncio.Event, is_enough: asyncio.Event
) -> Told:
    """Ring, say who we are, and answer until Echo hangs up. Raises CallerError.

    `is_told` is set when the introduction has been answered; once `is_enough` is, we ask for the
    end of the story.
    """
    waits_s: list[float] = []
    try:
        async with dial(line, caller, answer_limit_s=_ANSWER_LIMIT_S) as call:
            await call.wait_quiet(_QUIET_S)
            said = await call.say(words.who)
            while not call.is_over:
                try:
                    heard_s = await call.wait_sound(said.end_s, _REPLY_LIMIT_S)
                    waits_s.append(heard_s - said.end_s)
                    is_told.set()
                    await call.wait_quiet(_QUIET_S, _SENTENCES_LIMIT_S)
                    is_over = is_enough.is_set()
                    said = await call.say(words.farewell if is_over else words.answer)
                except CallFailed:
                    break
            return Told(tuple(waits_s), time.time() - call.media.last_loud_s)
    except (CallFailed, NothingHeard) as error:
        raise CallerError(f"{caller}: {error}") from error


def cut_short(told: Sequence[Told], finished: int) -> list[str]:
    """What was wrong with their stories; `finished`: how many records say so."""
    found = []
    if finished < len(told):
        found.append(f"{finished} of {len(told)} stories came to their end")
    if any(each.tail_s is None or each.tail_s < _TAIL_S for each in told):
        found.append("a goodbye was cut")
    return found


def answers(told: Sequence[Told]) -> str:
    """How many answers they got, and how long the slowest took."""
    waits_s = [wait_s for each in told for wait_s in each.waits_s]
    return f"{len(waits_s)} answers, the slowest after {max(waits_s, default=0.0):.1f} s"


def _at_8_khz(pcm: bytes) -> Pcm:
    return as_array(to_pcm(resample(from_pcm(pcm), SPEECH_RATE_HZ, RATE_HZ)))
