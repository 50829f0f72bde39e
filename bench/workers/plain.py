"""The baseline: a voice agent with the plain settings of LiveKit's own starter examples.

One agent, one pipeline, every setting that is not about where the models are left alone: Silero
with its defaults, LiveKit's default turn detection, its delays, its interruptions. Run as a worker
under the bot's name.
"""

import os

from livekit.agents import Agent, AgentServer, AgentSession, JobContext, JobProcess, cli
from livekit.plugins import deepgram, openai, silero

GREETING = "Hello! May I ask your name?"

# The one setting that is not plain: by default a worker refuses calls while the whole machine is
# busy, and with the callers on the same machine it is.
server = AgentServer(port=int(os.environ.get("PORT", "0")), load_fnc=lambda: 0.0)


def prewarm(process: JobProcess) -> None:
    process.userdata["vad"] = silero.VAD.load()


server.setup_fnc = prewarm


@server.rtc_session(agent_name=os.environ.get("STORYLINE_AGENT_NAME", "storyteller"))
async def tell(job: JobContext) -> None:
    """One call."""
    session: AgentSession[None] = AgentSession(
        vad=job.proc.userdata["vad"],
        stt=deepgram.STT(model="nova-3", base_url=os.environ["STORYLINE_DEEPGRAM_URL"]),
        llm=openai.LLM(model="gpt-4o-mini"),
        tts=openai.TTS(model="gpt-4o-mini-tts"),
    )
    await session.start(agent=Agent(instructions="Tell stories."), room=job.room)
    await session.say(GREETING)


if __name__ == "__main__":
    cli.run_app(server)
