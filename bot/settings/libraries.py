"""What LiveKit's libraries read from the environment behind our backs, set right before they do."""

import os


def prepare_environment() -> None:
    """To be called once, before the worker starts its processes, which inherit it.

    `LIVEKIT_TOKEN` would take the place of our key in every job, but not in the worker.
    The weights of LiveKit's own end-of-turn detector (244 MB) are of no use here.
    """
    os.environ.pop("LIVEKIT_TOKEN", None)
    os.environ.setdefault("LIVEKIT_AGENTS_PRELOAD_LOCAL_INFERENCE", "0")
