"""Speech to text on this machine: Whisper tiny.en in a process of its own."""

from local.ears.ears import Ears

__all__ = ["Ears"]
