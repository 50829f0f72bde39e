"""The voice's process: `python -m local.voice`, spoken to over standard input and output."""

from local.engine.serve import serve
from local.voice.piper_voice import load

if __name__ == "__main__":
    serve(load)
