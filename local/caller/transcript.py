"""What was said on a call, by whom and when."""

from dataclasses import dataclass
from typing import Literal

Speaker = Literal["caller", "far end"]


@dataclass(frozen=True)
class Line:
    """One thing that was said; seconds since the INVITE."""

    speaker: Speaker
    text: str
    start_s: float
    end_s: float

    def __str__(self) -> str:
        return f"{self.start_s:7.2f}-{self.end_s:6.2f} s  {self.speaker:>7}: {self.text}"


@dataclass(frozen=True)
class Heard:
    """One utterance of the far end; seconds since the INVITE."""

    text: str
    start_s: float
    end_s: float
