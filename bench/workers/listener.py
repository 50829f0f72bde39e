"""The participant that says nothing and keeps what it hears: what of a voice arrives in a room.

Run as a worker under the bot's name. When the caller leaves, one file for each call is written into
the folder that the environment names: the samples, and when the frame of each came out of LiveKit.
"""

import os
import time
from pathlib import Path

import numpy as np
from livekit import rtc
from livekit.agents import AgentServer, JobContext, cli

RATE_HZ = 16_000
FRAME_MS = 20
FOLDER_VARIABLE = "BENCH_HEARD_DIR"

server = AgentServer(port=int(os.environ.get("PORT", "0")), load_fnc=lambda: 0.0)


@server.rtc_session(agent_name=os.environ.get("STORYLINE_AGENT_NAME", "storyteller"))
async def listen(job: JobContext) -> None:
    """One call: publish a silent track, as callers expect one, and keep the caller's."""
    source = rtc.AudioSource(RATE_HZ, 1)
    await job.connect()
    track = rtc.LocalAudioTrack.create_audio_track("silence", source)
    await job.room.local_participant.publish_track(track)
    caller = await job.wait_for_participant()
    sound = rtc.AudioStream.from_participant(
        participant=caller,
        track_source=rtc.TrackSource.SOURCE_MICROPHONE,
        sample_rate=RATE_HZ,
        num_channels=1,
        frame_size_ms=FRAME_MS,
    )
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
