"""One call as the bench's own participants have it: a voice of theirs, and the caller's sound."""

import os

from livekit import rtc
from livekit.agents import AgentServer, JobContext

AGENT_NAME = os.environ.get("STORYLINE_AGENT_NAME", "storyteller")
_FRAME_MS = 20


def new_server() -> AgentServer:
    """By default a worker refuses calls while the whole machine is busy; a bench makes it so."""
    return AgentServer(port=int(os.environ.get("PORT", "0")), load_fnc=lambda: 0.0)


async def join(job: JobContext, rate_hz: int) -> tuple[rtc.AudioSource, rtc.AudioStream]:
    """Publish a voice, without which nobody is answered, and hear the caller in frames of 20 ms."""
    source = rtc.AudioSource(rate_hz, 1)
    await job.connect()
    track = rtc.LocalAudioTrack.create_audio_track("voice", source)
    await job.room.local_participant.publish_track(track)
    caller = await job.wait_for_participant()
    sound = rtc.AudioStream.from_participant(
        participant=caller,
        track_source=rtc.TrackSource.SOURCE_MICROPHONE,
        sample_rate=rate_hz,
        num_channels=1,
        frame_size_ms=_FRAME_MS,
    )
    return source, sound
