"""The ears' process: `python -m local.ears`, spoken to over its standard input and output."""

from local.ears.whisper import load
from local.engine.serve import serve

if __name__ == "__main__":
    serve(load)
