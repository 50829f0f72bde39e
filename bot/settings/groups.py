"""The settings by concern: names, units, reasons, ranges. Values only; `load` fills them.

Each field's alias is the name of its environment variable.
"""

import os
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    DirectoryPath,
    Field,
    SecretStr,
)

from bot.database_url import async_url
from bot.settings.group import Group, Key, Spoken, Word

NoiseCancellation = Literal["krisp", "webrtc", "off"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]

_CPUS = os.cpu_count() or 1


def _web_url(*schemes: str) -> AfterValidator:
    def check(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError(f"must be an address that begins with {schemes[0]}://")
        return value.rstrip("/")

    return AfterValidator(check)


def _database(value: SecretStr) -> SecretStr:
    return SecretStr(async_url(value.get_secret_value()))


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


# What servers without keys are told: the client wants one.
_NO_KEY = SecretStr("none")


@dataclass(frozen=True, slots=True)
class Server:
    """Where a model is asked, and with which key."""

    base_url: str
    api_key: SecretStr


class ProviderSettings(Group):
    """Who listens, thinks and speaks."""

    openai_api_key: Key = Field(
        alias="OPENAI_API_KEY", description="For the words, the voice and the Realtime model."
    )
    openai_base_url: Annotated[str, _web_url("https", "http")] = Field(
        "https://api.openai.com/v1",
        alias="OPENAI_BASE_URL",
        description="Another server that speaks OpenAI's protocols, for example on this machine.",
    )
    llm_base_url: Annotated[str, _web_url("https", "http")] | None = Field(
        None,
        alias="STORYLINE_LLM_BASE_URL",
        description="A server of its own for the text model, in place of OPENAI_BASE_URL.",
    )
    llm_api_key: Key | None = Field(
        None,
        alias="STORYLINE_LLM_API_KEY",
        description="The key of that server. OpenAI's key is never sent to it.",
    )
    tts_base_url: Annotated[str, _web_url("https", "http")] | None = Field(
        None,
        alias="STORYLINE_TTS_BASE_URL",
        description="A server of its own for the voice, in place of OPENAI_BASE_URL.",
    )
    tts_api_key: Key | None = Field(
        None,
        alias="STORYLINE_TTS_API_KEY",
        description="The key of that server. OpenAI's key is never sent to it.",
    )
    deepgram_api_key: Key = Field(
        alias="DEEPGRAM_API_KEY", description="For the transcription of what the caller says."
    )
    deepgram_url: Annotated[str, _web_url("https", "http", "wss", "ws")] = Field(
        "https://api.deepgram.com/v1/listen",
        alias="STORYLINE_DEEPGRAM_URL",
        description="Full address of the transcription, with its path (Deepgram's EU host, "
        "a server of your own).",
    )

    @property
    def mind(self) -> Server:
        """Where the text model is."""
        return self._server(self.llm_base_url, self.llm_api_key)

    @property
    def voice(self) -> Server:
        """Where the voice is."""
        return self._server(self.tts_base_url, self.tts_api_key)

    def _server(self, base_url: str | None, api_key: SecretStr | None) -> Server:
        # A stranger's server must not learn the key of OpenAI's.
        key = api_key or (_NO_KEY if base_url else self.openai_api_key)
        return Server(base_url or self.openai_base_url, key)


class StorySettings(Group):
    """How the story is told."""

    mode: Literal["realtime", "pipeline"] = Field(
        "realtime",
        alias="STORYLINE_STORY_MODE",
        description="realtime: speech to speech, the most natural. pipeline: transcription, "
        "text model and voice one after the other, cheaper, and what a realtime outage falls "
        "back to.",
    )
    realtime_model: Word = Field(
        "gpt-realtime",
        alias="STORYLINE_REALTIME_MODEL",
        description="OpenAI Realtime model that tells the story in realtime mode.",
    )
    llm_model: Word = Field(
        "gpt-4o-mini",
        alias="STORYLINE_LLM_MODEL",
        description="Text model of the introduction and of pipeline mode: quick to the first word.",
    )
    stt_model: Word = Field(
        "nova-3",
        alias="STORYLINE_STT_MODEL",
        description="Deepgram model; nova-3 is trained on telephone speech too.",
    )
    transcribe_realtime: Literal["yes", "no"] = Field(
        "yes",
        alias="STORYLINE_TRANSCRIBE_REALTIME",
        description="Transcribe the caller in realtime mode too, so that Echo takes turns by words "
        "and not by silence alone. Costs what the transcription costs (nova-3: 0.0077 USD a "
        "minute).",
    )
    prepared_answers: int = Field(
        2,
        ge=0,
        le=5,
        alias="STORYLINE_PREPARED_ANSWERS",
        description="So often in one turn an answer is prepared while the caller may still go on. "
        "None of it is heard and no tool runs before the turn is over; what was prepared for other "
        "words was asked for in vain, and costs. 0: only when the turn is over, which is later.",
    )
    tts_model: Word = Field(
        "gpt-4o-mini-tts",
        alias="STORYLINE_TTS_MODEL",
        description="OpenAI voice model of the introduction and of pipeline mode.",
    )
    voice: Word = Field(
        "echo",
        alias="STORYLINE_VOICE",
        description="One voice for every model, so that the caller hears one storyteller.",
    )
    greeting: Spoken = Field(
        "this is Echo, an automated storyteller",
        alias="STORYLINE_GREETING",
        description="How Echo says who she is, behind her hello in every call. Callers have to "
        "learn that no person is speaking: docs/privacy.md.",
    )
    noise_cancellation: NoiseCancellation | Literal["auto"] = Field(
        "auto",
        alias="STORYLINE_NOISE_CANCELLATION",
        description="auto: krisp on LiveKit Cloud, off elsewhere (Krisp is inert on self-hosted "
        "servers, and plain suppression costs words on clean lines). webrtc: suppression in the "
        "worker itself.",
    )
    tell_keys: Literal["if_needed", "always", "never"] = Field(
        "if_needed",
        alias="STORYLINE_TELL_KEYS",
        description="When Echo tells that the keys of the telephone answer, too: to a caller whom "
        "she has not understood twice, to everybody she asks for a name or a place, or never.",
    )
    clips_dir: DirectoryPath | None = Field(
        None,
        alias="STORYLINE_CLIPS_DIR",
        description="Folder with spoken apologies for when the voice itself fails, in place of "
        "the packaged ones.",
    )


class CallSettings(Group):
    """How long things may take in one call. Everything in seconds."""

    max_call_s: float = Field(
        900,
        ge=5,
        le=7200,
        alias="STORYLINE_MAX_CALL_S",
        description="Longest call, counted from the answer: bounds what one caller can cost.",
    )
    max_cost_usd: float | None = Field(
        None,
        ge=0.001,
        le=1000,
        alias="STORYLINE_MAX_CALL_COST",
        description="USD that one call may cost, by the price table. At 80 % Echo brings the story "
        "home, at 100 % she says goodbye; a model without a price does not count.",
    )
    wind_down_s: float = Field(
        45,
        ge=1,
        le=600,
        alias="STORYLINE_WIND_DOWN_S",
        description="So long before the limit Echo begins to bring the story to its end; must be "
        "shorter than the longest call.",
    )
    silence_s: float = Field(
        8,
        ge=1,
        le=120,
        alias="STORYLINE_SILENCE_S",
        description="Silence of the caller before Echo asks again: long enough to think about a "
        "question, short enough not to seem dead.",
    )
    filler_after_s: float = Field(
        3,
        ge=0.1,
        le=30,
        alias="STORYLINE_FILLER_AFTER_S",
        description="A model that has said nothing for so long is covered by a short phrase; "
        "after about three seconds callers say hello into the silence.",
    )
    apology_after_s: float = Field(
        8,
        ge=0.2,
        le=60,
        alias="STORYLINE_APOLOGY_AFTER_S",
        description="A model that has said nothing for so long is given up and apologised for; "
        "must be later than the filler.",
    )


class WorkerSettings(Group):
    """The process that takes the calls."""

    agent_name: Word = Field(
        "storyteller",
        alias="STORYLINE_AGENT_NAME",
        description="The name that dispatch rules ask for; it must be the same there.",
    )
    port: int = Field(
        8081, ge=1, le=65535, alias="PORT", description="TCP port of the health page."
    )
    health_host: Word = Field(
        "127.0.0.1",
        alias="STORYLINE_HEALTH_HOST",
        description="Address that the health page listens on. 0.0.0.0 in a container, where the "
        "orchestrator asks from outside.",
    )
    log_level: Annotated[LogLevel, BeforeValidator(_upper)] = Field(
        "INFO", alias="LOG_LEVEL", description="Least important line that is still written."
    )
    drain_s: float = Field(
        1800,
        ge=0,
        le=86400,
        alias="STORYLINE_DRAIN_S",
        description="Seconds that calls in progress may go on after SIGTERM: twice the longest "
        "call, so that a deployment cuts nobody off.",
    )
    idle_processes: int = Field(
        min(2 * _CPUS, 8),
        ge=1,
        le=64,
        alias="STORYLINE_IDLE_PROCESSES",
        description="Warm processes that wait for a call; each takes one call at once, and a "
        "caller beyond them waits for a process to start. Default: two per CPU, at most 8.",
    )
    max_calls: int = Field(
        4 * _CPUS,
        ge=1,
        le=1000,
        alias="STORYLINE_MAX_CALLS",
        description="Calls at once; what is beyond is left to other workers. Calls that we make "
        "fill at most three quarters. Default: 4 per CPU.",
    )
    database_url: Annotated[SecretStr, AfterValidator(_database)] = Field(
        SecretStr("sqlite+aiosqlite:///storyline.db"),
        alias="DATABASE_URL",
        description="Where calls are recorded: an SQLite file for one machine, PostgreSQL for "
        "several.",
    )
