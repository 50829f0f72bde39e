"""What the providers say when a test decides it: texts, sounds and times as data."""

import base64
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from local.sound.pcm import SPEECH_HZ, tone


@dataclass(frozen=True)
class Sound:
    """A piece of sound: given (24 kHz, 16-bit, mono, base64), or else a tone."""

    tone_s: float = 0.5
    tone_hz: float = 440.0
    pcm_base64: str = ""

    def pcm(self) -> bytes:
        if self.pcm_base64:
            return base64.b64decode(self.pcm_base64)
        return tone(self.tone_s, self.tone_hz, SPEECH_HZ)


@dataclass(frozen=True)
class ToolUse:
    """A call of one of the agent's tools. `written`: a chat model writes this as its arguments."""

    name: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    written: str = ""


# How long a word takes when the script does not say how long the utterance lasts.
WORD_S = 0.3


@dataclass(frozen=True)
class Interim:
    """An interim result, so long after the start of the utterance."""

    text: str
    after_s: float


@dataclass(frozen=True)
class SttTurn:
    """What the next detected utterance is heard as.

    The final comes `delay_s` after the end is detected, which is 0.3 s of silence after the last
    sound. With `final_after_s` it comes that long after the last sound, sooner than 0.3 s if it
    says so; the voice detector hears a sound end up to 0.1 s late, and a pause that long inside
    the utterance ends it. With `speech_s`, the time from the first sound to the last, no pause
    ends it sooner and the end is known to 0.03 s. Interims are those given, or every
    `interim_every_s` the words said so far. All times are of the sound, which a call sends as
    time passes. With `at_s` the text comes that long after a stream began, whatever was said.
    """

    text: str
    delay_s: float = 0.0
    at_s: float | None = None
    interims: tuple[Interim, ...] = ()
    interim_every_s: float | None = None
    final_after_s: float | None = None
    speech_s: float | None = None

    def spoken(self) -> list[Interim]:
        """The interims, in order of time."""
        if self.interim_every_s is None:
            return sorted(self.interims, key=lambda interim: interim.after_s)
        words = self.text.split()
        word_s = self.speech_s / max(1, len(words)) if self.speech_s else WORD_S
        interims: list[Interim] = []
        said, count = "", 0
        while len(said.split()) < len(words):
            count += 1
            after_s = count * self.interim_every_s
            grown = " ".join(words[: int(after_s / word_s + 1e-6)])
            if grown != said:
                interims.append(Interim(grown, after_s))
            said = grown
        return interims


@dataclass(frozen=True)
class ChatTurn:
    """The next chat completion: the first piece after `delay_s`, the others evenly after it."""

    text: str = ""
    tool_calls: tuple[ToolUse, ...] = ()
    delay_s: float = 0.0
    chunk_delay_s: float = 0.0


@dataclass(frozen=True)
class SpeechTurn:
    """The next synthesized speech, in pieces of 0.1 s."""

    sound: Sound = Sound()
    delay_s: float = 0.0
    chunk_delay_s: float = 0.0


@dataclass(frozen=True)
class RealtimeTurn:
    """The next realtime response. Without a sound the text is spoken by the voice."""

    text: str = ""
    sound: Sound | None = None
    tool_calls: tuple[ToolUse, ...] = ()
    delay_s: float = 0.0
    chunk_delay_s: float = 0.0


@dataclass(frozen=True)
class Script:
    """Each list is used up in order, by all connections together; then the engines answer.

    `heard` is what the realtime service hears: one entry for each committed utterance.
    """

    stt: tuple[SttTurn, ...] = ()
    chat: tuple[ChatTurn, ...] = ()
    speech: tuple[SpeechTurn, ...] = ()
    realtime: tuple[RealtimeTurn, ...] = ()
    heard: tuple[SttTurn, ...] = ()


class Prompter:
    """Holds what is left of the script."""

    def __init__(self) -> None:
        self.load(Script())

    def load(self, script: Script) -> None:
        self._stt = deque(turn for turn in script.stt if turn.at_s is None)
        self._timed = [turn for turn in script.stt if turn.at_s is not None]
        self._chat = deque(script.chat)
        self._speech = deque(script.speech)
        self._realtime = deque(script.realtime)
        self._heard = deque(script.heard)

    def stt(self) -> SttTurn | None:
        return self._stt.popleft() if self._stt else None

    def timed_stt(self) -> list[SttTurn]:
        """All results with a time of their own; the first stream that asks has them."""
        turns, self._timed = self._timed, []
        return turns

    def chat(self) -> ChatTurn | None:
        return self._chat.popleft() if self._chat else None

    def speech(self) -> SpeechTurn | None:
        return self._speech.popleft() if self._speech else None

    def realtime(self) -> RealtimeTurn | None:
        return self._realtime.popleft() if self._realtime else None

    def heard(self) -> SttTurn | None:
        return self._heard.popleft() if self._heard else None
