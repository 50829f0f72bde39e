"""Text to speech on this machine: piper in a process of its own.

Piper is GPL-3. It is imported only in that process (piper_voice.py), never here.
"""

from local.voice.voice import CALLER, ECHO, SAMPLE_RATE_HZ, Voice

__all__ = ["CALLER", "ECHO", "SAMPLE_RATE_HZ", "Voice"]
