"""The query of /v1/listen."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.providers.hearing.detector import DetectorOptions

MODEL_FAMILIES = ("nova", "enhanced", "base", "whisper")


class ListenError(ValueError):
    """The query asks for something that Deepgram, or this stand-in, does not have."""


@dataclass(frozen=True)
class ListenOptions:
    """The query parameters that matter here; the others are accepted and ignored."""

    model: str
    sample_rate_hz: int
    channels: int
    interim_results: bool
    vad_events: bool
    utterance_end_ms: int | None
    endpointing_ms: int

    @property
    def detector(self) -> DetectorOptions:
        """Deepgram's default of 10 ms would end an utterance in every breath: Whisper needs
        whole ones, so at least 0.3 s."""
        return DetectorOptions(min_silence_s=max(0.3, self.endpointing_ms / 1000))


def read_query(query: Mapping[str, str], *, raw: bool) -> ListenOptions:
    """Raises ListenError. `raw` sound has no header, so the query must describe it."""
    model = query.get("model", "base-general")
    language = query.get("language", "en")
    if not model.startswith(MODEL_FAMILIES) or not language.startswith(("en", "multi")):
        raise ListenError("Bad Request: No such model/language/tier combination found.")
    if raw and query.get("encoding") != "linear16":
        raise ListenError("Bad Request: this stand-in hears encoding=linear16 only.")
    endpointing = query.get("endpointing", "10")
    utterance_end = query.get("utterance_end_ms")
    try:
        options = ListenOptions(
            model=model,
            sample_rate_hz=int(query["sample_rate"]) if raw else 0,
            channels=int(query.get("channels", "1")),
            interim_results=query.get("interim_results") == "true",
            vad_events=query.get("vad_events") == "true",
            utterance_end_ms=int(utterance_end) if utterance_end else None,
            endpointing_ms=0 if endpointing == "false" else int(endpointing),
        )
    except KeyError:
        raise ListenError("Bad Request: sample_rate is required with raw sound.") from None
    except ValueError as error:
        raise ListenError(f"Bad Request: failed to deserialize query: {error}") from None
    if (raw and not 4000 <= options.sample_rate_hz <= 192_000) or options.channels < 1:
        raise ListenError("Bad Request: unsupported sample_rate or channels.")
    return options
