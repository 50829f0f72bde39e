"""What the caller says: recorded and made speech, 8 kHz, with the words that are heard in it."""

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.line.g711 import RATE_HZ, Pcm
from bench.line.record import loud_samples

FOLDER = Path(__file__).with_name("audio")


@dataclass(frozen=True)
class Clip:
    """A piece of speech. `words`: what the scripted ears say that they heard."""

    name: str
    words: str
    human: bool = False

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.wav"

    def pcm(self) -> Pcm:
        """The samples. Raises FileNotFoundError."""
        with wave.open(str(self.path)) as file:
            assert (file.getframerate(), file.getnchannels()) == (RATE_HZ, 1), self.path
            return np.frombuffer(file.readframes(file.getnframes()), "<i2")

    def speech_s(self) -> float:
        """From the first to the last loud sample."""
        found = loud_samples(self.pcm())
        assert found is not None, self.path
        return (found[1] - found[0]) / RATE_HZ


@dataclass(frozen=True)
class Turn:
    """A turn of the caller: its kind, what Echo has asked before, and the sound."""

    kind: str
    question: str
    clip: Clip
    finished: bool = True
    """False when a listener would wait for more words."""


_NAME = "May I ask your name?"
_PLACE = "And where are you calling from?"
_CHOICE = "Do you climb the tower or run down to the beach?"
_ON = "Are you brave enough to go on?"
_OPEN = "What do you say to the old lighthouse keeper?"

CHARLIE = Clip("name_charlie", "Charlie.", human=True)
QUEBEC = Clip("place_quebec", "Quebec.", human=True)
YES = Clip("yes", "Yes.")
YES_PLEASE = Clip("yes_please", "Yes, please.")
NO = Clip("no", "No.")
NO_THANKS = Clip("no_thanks", "No, thank you.")
TOWER = Clip("choice_tower", "I climb the tower.")
BEACH = Clip("choice_beach", "The beach.")
HOURS = Clip("sentence_hours", "What are your Saturday opening hours?", human=True)
WEEKDAYS = Clip("sentence_weekdays", "What time do you close on weekdays?", human=True)
ACCOUNT = Clip("hesitation_account", "My account number is 4592.", human=True)
WELL = Clip("trailing_think", "Well, I think")
MM_HM = Clip("backchannel_mmhm", "Mm-hm.", human=True)
WAIT = Clip("interrupt_wait", "Wait, wait, I want to ask you something.")

INTRODUCTION = (Turn("name", _NAME, CHARLIE), Turn("place", _PLACE, QUEBEC))
STORY = (
    Turn("yes", _ON, YES),
    Turn("choice", _CHOICE, TOWER),
    Turn("no", _ON, NO),
    Turn("sentence", _OPEN, HOURS),
    Turn("hesitation", _OPEN, ACCOUNT),
    Turn("name", _NAME, Clip("name_victor", "Victor.", human=True)),
    Turn("choice", _CHOICE, BEACH),
    Turn("trailing off", _OPEN, WELL, finished=False),
    Turn("place", _PLACE, Clip("place_lima", "Lima.", human=True)),
    Turn("yes", _ON, YES_PLEASE),
    Turn("sentence", _OPEN, WEEKDAYS),
    Turn("no", _ON, NO_THANKS),
    Turn("name", _NAME, Clip("name_oscar", "Oscar.", human=True)),
)
