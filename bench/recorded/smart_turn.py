"""Smart-turn v3 (Pipecat), to compare with: the end of a turn from up to 8 s of sound.

The model's file is not part of this repository: `smart-turn-v3.2-cpu.onnx` lies inside the wheel of
`pipecat-ai` (`pipecat/audio/turn/smart_turn/data/`, BSD-2-Clause).
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime  # type: ignore[import-untyped]
from faster_whisper.feature_extractor import (  # type: ignore[import-untyped]
    FeatureExtractor,
)

RATE_HZ = 16_000
WINDOW_S = 8
FRAMES = 800
_TINY = 1e-7


class SmartTurn:
    """Loads the model once; FileNotFoundError without its file."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise FileNotFoundError(f"no model file at {path}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(path), options)
        self._features = FeatureExtractor(feature_size=80, sampling_rate=RATE_HZ)

    def predict(self, pcm: npt.NDArray[np.int16]) -> float:
        """Return how surely the turn ends with this sound (16 kHz), 0 to 1."""
        samples = pcm[-WINDOW_S * RATE_HZ :].astype(np.float32) / 32768
        padded = np.pad(samples, (WINDOW_S * RATE_HZ - len(samples), 0))
        level = (padded - padded.mean()) / np.sqrt(padded.var() + _TINY)
        mel = self._features(level.astype(np.float32))[:, :FRAMES].astype(np.float32)
        return float(self._session.run(None, {"input_features": mel[None]})[0].item())
