"""The models of one call, built from settings: ears, mind and voice."""

from dataclasses import dataclass

from livekit.agents.types import APIConnectOptions
from livekit.agents.voice.agent_session import SessionConnectOptions
from livekit.plugins import deepgram, openai

from bot.livekit_gaps import NEVER_CLOSES, RealtimeModel
from bot.settings import Settings
from bot.talk.clients import Clients
from bot.talk.spoken.lead import PromptVoice

# A request that fails at once is tried once more by the library; whatever takes longer is the
# business of bot/talk/watchers/patience.py, which knows that a caller is waiting.
_PIPELINE_CONNECT = APIConnectOptions(max_retry=1, retry_interval=0.3, timeout=8.0)
# A live transcription may reconnect as often as it needs while the caller goes on talking.
_STT_CONNECT = APIConnectOptions(max_retry=8, retry_interval=0.5, timeout=5.0)
# A realtime connection that is lost is not opened again: the reply under way would be dropped in
# silence. The story goes on through the pipeline instead.
_REALTIME_CONNECT = APIConnectOptions(max_retry=0, timeout=4.0)
# A turn has 45 words, about 60 tokens. What a model thinks before it speaks is counted, too.
_MOST_TOKENS = 2000
# A voice model's: some 90 s of speech. What is heard of it is cut earlier (watchers/monologue.py).
_MOST_VOICE_TOKENS = 2048


@dataclass(frozen=True, slots=True)
class Models:
    """What one call listens, thinks and speaks with."""

    stt: deepgram.STT
    llm: openai.LLM
    tts: PromptVoice
    realtime: RealtimeModel | None


def build_models(settings: Settings, clients: Clients, *, call_id: str) -> Models:
    """Build the models of one call; to be called inside its job.

    `call_id` tags the call in Deepgram's usage log, so that an operator finds its requests.
    """
    providers, story = settings.providers, settings.story
    realtime = None
    if story.mode == "realtime":
        realtime = RealtimeModel(
            model=story.realtime_model,
            voice=story.voice,
            api_key=providers.openai_api_key.get_secret_value(),
            base_url=providers.openai_base_url,
            conn_options=_REALTIME_CONNECT,
        )
        realtime.update_options(max_response_output_tokens=_MOST_VOICE_TOKENS)
    return Models(
        stt=deepgram.STT(
            model=story.stt_model,
            api_key=providers.deepgram_api_key.get_secret_value(),
            base_url=providers.deepgram_url,
            tags=[call_id],
        ),
        llm=openai.LLM(
            model=story.llm_model, client=clients.mind, max_completion_tokens=_MOST_TOKENS
        ),
        tts=PromptVoice(
            model=story.tts_model,
            voice=story.voice,
            client=clients.voice,
            # Raw samples: nothing to decode, so the first sound comes earlier than with MP3.
            response_format="pcm",
        ),
        realtime=realtime,
    )


def connect_options() -> SessionConnectOptions:
    """Return how long a session's requests may take and how often they are repeated."""
    return SessionConnectOptions(
        stt_conn_options=_STT_CONNECT,
        llm_conn_options=_PIPELINE_CONNECT,
        tts_conn_options=_PIPELINE_CONNECT,
        max_unrecoverable_errors=NEVER_CLOSES,
    )
