"""The participant that the bench calibrates itself with: answers every onset with a tone.

What is left between the caller's onset and the tone is the way in and the way out, and the
instrument's own error. Run as a worker under the bot's name; writes to standard output one JSON
line for each onset: when its frame came out of LiveKit, and when the tone was handed to it.
"""

import asyncio
import json
import sys
import time

import numpy as np
from livekit import rtc
from livekit.agents import JobContext, cli

from bench.workers.room import AGENT_NAME, join, new_server

RATE_HZ = 24_000
LOUD = 328
QUIET_S = 0.5
"""An onset follows so much quiet: the tone is answered to the first sound of a word only."""
TONE_S = 0.3
TONE_HZ = 440.0

server = new_server()


def tone() -> rtc.AudioFrame:
    """A tone at a quarter of full scale."""
    times = np.arange(round(TONE_S * RATE_HZ)) / RATE_HZ
    samples = (np.sin(2 * np.pi * TONE_HZ * times) * 8192).astype(np.int16)
    return rtc.AudioFrame(samples.tobytes(), RATE_HZ, 1, len(samples))


@server.rtc_session(agent_name=AGENT_NAME)
async def answer(job: JobContext) -> None:
    """One call: publish a track, hear the caller, answer."""
    source, sound = await join(job, RATE_HZ)
    loud_s = 0.0
    async for event in sound:
        now_s = time.time()
        if np.abs(np.frombuffer(event.frame.data, np.int16).astype(np.int32)).max() < LOUD:
            continue
        if now_s - loud_s >= QUIET_S:
            await source.capture_frame(tone())
            times = {"heard_s": now_s, "answered_s": time.time()}
            await asyncio.to_thread(_tell, times)
        loud_s = now_s


def _tell(times: dict[str, float]) -> None:
    sys.stdout.write("onset " + json.dumps(times) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    cli.run_app(server)
