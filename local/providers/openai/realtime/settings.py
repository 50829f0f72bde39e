"""The session of a realtime connection: what session.update changes."""

import copy
from typing import Any

from openai.types.realtime import RealtimeSessionCreateRequest
from pydantic import ValidationError

from local.providers.hearing.detector import DetectorOptions
from local.providers.openai.realtime.wire import ClientEventError

PCM = {"type": "audio/pcm", "rate": 24_000}
# How long a silence ends a turn in semantic_vad (the real one looks at the words, too).
EAGERNESS_SILENCE_S = {"low": 0.8, "medium": 0.5, "auto": 0.5, "high": 0.3}
DEFAULT_SILENCE_MS = 500
# Without turn detection the client decides; pieces of its turn end at this silence.
MANUAL_SILENCE_S = 0.3


class SessionSettings:
    """Starts with OpenAI's defaults."""

    def __init__(self, model: str, session_id: str) -> None:
        self._session: dict[str, Any] = {
            "type": "realtime",
            "object": "realtime.session",
            "id": session_id,
            "model": model,
            "output_modalities": ["audio"],
            "instructions": "",
            "tools": [],
            "tool_choice": "auto",
            "max_output_tokens": "inf",
            "truncation": "auto",
            "tracing": None,
            "audio": {
                "input": {
                    "format": PCM,
                    "noise_reduction": None,
                    "transcription": None,
                    "turn_detection": {
                        "type": "server_vad",
                        "threshold": 0.5,
                        "prefix_padding_ms": 300,
                        "silence_duration_ms": DEFAULT_SILENCE_MS,
                        "create_response": True,
                        "interrupt_response": True,
                    },
                },
                "output": {"format": PCM, "voice": "alloy", "speed": 1.0},
            },
        }

    def update(self, changes: dict[str, Any]) -> None:
        """Changes what is given, null included. Raises ClientEventError and changes nothing."""
        merged = _merge(self._session, changes)
        try:
            RealtimeSessionCreateRequest.model_validate(merged)
        except ValidationError as error:
            first = error.errors()[0]
            param = ".".join(["session", *map(str, first["loc"])])
            message = f"Invalid value for '{param}': {first['msg']}."
            raise ClientEventError(message, code="invalid_value", param=param) from error
        audio = merged["audio"]
        if any(audio[side]["format"] != PCM for side in ("input", "output")):
            message = "This stand-in speaks audio/pcm at 24000 Hz only."
            raise ClientEventError(message, code="invalid_value", param="session.audio")
        self._session = merged

    def wire(self) -> dict[str, Any]:
        return copy.deepcopy(self._session)

    @property
    def model(self) -> str:
        return str(self._session["model"])

    @property
    def instructions(self) -> str:
        return str(self._session["instructions"] or "")

    @property
    def speaks(self) -> bool:
        """Audio answers, or else text."""
        return "audio" in self._session["output_modalities"]

    @property
    def voice(self) -> str:
        return str(self._session["audio"]["output"]["voice"])

    @property
    def tools(self) -> list[dict[str, Any]]:
        return list(self._session["tools"] or ())

    @property
    def tool_choice(self) -> Any:
        return self._session["tool_choice"]

    @property
    def transcribes(self) -> bool:
        """The client wants to read what the caller said."""
        return self._session["audio"]["input"]["transcription"] is not None

    @property
    def detects_turns(self) -> bool:
        return self._turn_detection is not None

    @property
    def responds_to_turns(self) -> bool:
        return (self._turn_detection or {}).get("create_response") is not False

    @property
    def interrupts(self) -> bool:
        """The caller's voice stops a response."""
        return (self._turn_detection or {}).get("interrupt_response") is not False

    @property
    def detector(self) -> DetectorOptions:
        detection = self._turn_detection
        if detection is None:
            return DetectorOptions(min_silence_s=MANUAL_SILENCE_S)
        if detection["type"] == "semantic_vad":
            eagerness = detection.get("eagerness") or "auto"
            return DetectorOptions(min_silence_s=EAGERNESS_SILENCE_S[eagerness])
        silence_ms = detection.get("silence_duration_ms") or DEFAULT_SILENCE_MS
        threshold = detection.get("threshold") or 0.5
        return DetectorOptions(threshold=threshold, min_silence_s=silence_ms / 1000)

    @property
    def _turn_detection(self) -> dict[str, Any] | None:
        detection: dict[str, Any] | None = self._session["audio"]["input"]["turn_detection"]
        return detection


# Objects that are replaced, not merged.
WHOLE = ("turn_detection", "transcription", "noise_reduction", "format", "tool_choice", "tracing")


def _merge(old: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in changes.items():
        mergeable = isinstance(value, dict) and isinstance(old.get(key), dict)
        merged[key] = _merge(old[key], value) if mergeable and key not in WHOLE else value
    return merged
