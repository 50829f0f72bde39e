"""Scripts for the providers: what is heard in a clip, and what Echo says next."""

from bench.clips import Clip
from bench.figures import Delays
from local.providers.script import (
    ChatTurn,
    RealtimeTurn,
    Script,
    Sound,
    SpeechTurn,
    SttTurn,
    ToolUse,
)

ANSWER_S = 1.0
COPIES = 8
"""An answer may be asked for more than once, when it is prepared before the turn is over."""
INTERIM_EVERY_S = 0.2
"""Interim words while the caller speaks: Deepgram's streams them about so often."""
HANDOVER = ToolUse("information_gathered", {"name": "Charlie", "location": "Quebec"})


def sound(seconds: float) -> Sound:
    """A tone: it begins with its first sample, so that the way out is measured and no voice."""
    return Sound(tone_s=seconds)


def hears(clip: Clip, delays: Delays) -> SttTurn:
    """The words so far while they are spoken, and all of them `stt_s` after the last sound."""
    return SttTurn(
        clip.words,
        interim_every_s=INTERIM_EVERY_S,
        final_after_s=delays.stt_s,
        speech_s=clip.speech_s(),
    )


def turn(clip: Clip | None, says: str, delays: Delays, answer_s: float = ANSWER_S) -> Script:
    """The caller says `clip`, Echo answers with `says`."""
    tone = sound(answer_s)
    return Script(
        stt=(hears(clip, delays),) if clip else (),
        chat=(ChatTurn(says, delay_s=delays.llm_s),) * COPIES,
        speech=(SpeechTurn(tone, delay_s=delays.tts_s),) * COPIES,
        realtime=(RealtimeTurn(says, tone, delay_s=delays.llm_s),) * COPIES,
    )


def handover(clip: Clip, says: str, delays: Delays, answer_s: float = ANSWER_S) -> Script:
    """The caller says `clip`, Echo hands over to the storyteller, who begins with `says`."""
    script = turn(clip, says, delays, answer_s)
    first = ChatTurn(tool_calls=(HANDOVER,), delay_s=delays.llm_s)
    return Script(script.stt, (first, *script.chat), script.speech, script.realtime)
