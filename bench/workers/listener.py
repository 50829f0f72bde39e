"""The participant that says nothing and keeps what it hears: what of a voice arrives in a room.

Run as a worker under the bot's name. When the caller leaves, one file for each call is written into
the folder that the environment names: the samples, and when the frame of each came out of LiveKit.
"""

import os
import time
from pathlib import Path

import numpy as np
from livekit.agents import JobContext, cli

from bench.workers.room import AGENT_NAME, join, new_server

RATE_HZ = 16_000
FOLDER_VARIABLE = "BENCH_HEARD_DIR"

server = new_server()


@server.rtc_session(agent_name=AGENT_NAME)
async def listen(job: JobContext) -> None:
    """One call: be silent, and keep what comes of the caller."""
    _, sound = await join(job, RATE_HZ)
    frames: list[bytes] = []
    times_s: list[float] = []
    async for event in sound:
        frames.append(bytes(event.frame.data))
        times_s.append(time.time())
    path = Path(os.environ[FOLDER_VARIABLE]) / f"{job.room.name}.npz"
    with path.with_suffix(".part").open("wb") as file:
        np.savez(file, samples=np.frombuffer(b"".join(frames), np.int16), times_s=times_s)
    path.with_suffix(".part").rename(path)


if __name__ == "__main__":
    cli.run_app(server)
