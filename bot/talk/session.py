"""LiveKit's session of one call, with everything of it that is not a default."""

from functools import partial

from livekit.agents import AgentSession
from livekit.agents.vad import VAD

from agents.conversation import Conversation
from agents.taming.calls import bounded
from agents.taming.leash import Leash
from bot.talk import audio
from bot.talk.models import Models, connect_options
from bot.talk.spoken.stream import spoken
from bot.talk.turns.turn_taking import TurnTaking

# A tool whose answer the model speaks of, and another one; a model that calls on is not asked more
# than three times in a turn.
_TOOL_STEPS = 1


def make_session(
    models: Models, turns: TurnTaking, vad: VAD, leash: Leash, *, prepared_answers: int
) -> AgentSession[Conversation]:
    """Make the session, and bound what its models may do in it by `leash`."""
    if models.realtime is not None:
        models.realtime.bounded = partial(bounded, budget=leash.budget, notify=leash.notice)
    return AgentSession(
        stt=turns.ears,
        llm=models.llm,
        tts=models.tts,
        vad=vad,
        turn_handling=audio.turn_handling(turns, prepared_answers=prepared_answers),
        conn_options=connect_options(),
        user_away_timeout=None,  # silence is watched by bot/talk/watchers/silence.py
        transcription_timeout=audio.TRANSCRIPTION_LIMIT_S,
        # The warm-up of the echo canceller would swallow the caller's first words.
        aec_warmup_duration=None,
        # In place of LiveKit's filters: "*sighs*" is not said, "and 3 %" is.
        tts_text_transforms=[partial(spoken, notify=leash.notice)],
        max_tool_steps=_TOOL_STEPS,
    )
