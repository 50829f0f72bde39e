"""Ears for tests."""


class FixedEars:
    """Hears the same words always, and keeps how much sound it was given."""

    def __init__(self) -> None:
        self.heard_s: list[float] = []

    async def transcribe(self, pcm_s16_mono: bytes, sample_rate_hz: int, hint: str = "") -> str:
        self.heard_s.append(len(pcm_s16_mono) / 2 / sample_rate_hz)
        return "Hello, Anna."
