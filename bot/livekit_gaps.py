"""What we need of LiveKit's libraries and they do not offer: each with its reason, in one place.

Everything here is private, undocumented or a way around something in livekit-agents 1.8.9.
`tests/bot/test_livekit_contract.py` asserts every name, signature and order of events that this
module relies on: after an upgrade it fails before a call does. Nothing of the kind is used
anywhere else; a test says so.
"""

import logging
import ssl
from collections.abc import AsyncIterable, Callable, Collection
from functools import partial
from typing import Any, Protocol

from livekit import rtc
from livekit.agents import AgentServer, AgentSession, APIError, tts
from livekit.agents.ipc.job_proc_executor import ProcJobExecutor
from livekit.agents.llm import FunctionCall, GenerationCreatedEvent, RealtimeModelError
from livekit.agents.utils import http_context
from livekit.agents.utils.aio import cancel_and_wait
from livekit.agents.voice.amd import AMD
from livekit.agents.voice.amd.detector import DetectionOptions
from livekit.agents.voice.room_io._output import _ParticipantAudioOutput
from livekit.plugins.openai import realtime
from livekit.plugins.openai.tts import ChunkedStream

__all__ = ["cancel_and_wait"]  # public by use, but not documented

logger = logging.getLogger("storyline.livekit")

# How many failed turns in a row close a session. Never by itself: a session that closes leaves the
# caller in silence, so our own patience decides. Realtime errors are not counted: see `keep_open`.
NEVER_CLOSES = 1_000_000

# LiveKit writes to a room that is gone; worth knowing in mid-call, noise after hanging up.
NOISE_AFTER_THE_END = ("failed to send session event", "closed unexpectedly")

# What libraries would otherwise import in the middle of the first ring, 0.1 to 0.3 s each; then
# LiveKit's own warm-up, and what keeps all that was read in the memory that processes share, so it
# is the last.
PRELOADED = (
    "aiosqlite",
    "anyio._backends._asyncio",
    "asyncpg",
    "jiter",
    "livekit.agents.llm.async_toolset",
    "openai.lib.streaming.chat",
    "openai.pagination",
    "openai.resources.audio.audio",
    "openai.resources.chat.chat",
    "openai.resources.models",
    "livekit.agents.ipc._preload",
    "livekit.agents.ipc._preload_freeze",
)


def certificates() -> ssl.SSLContext:
    """Whom LiveKit's sessions trust: the machine's certificates, or those of SSL_CERT_FILE.

    Read at the first use in this process, or by the one that it was forked from: 30 to 200 ms in
    which no audio moves. Raises OSError.
    """
    return http_context._create_ssl_context()


def load_native_library() -> None:
    """Load LiveKit's native library into this process, with its threads: 25 ms of processor that
    joining the room would take otherwise. Not before a fork, which it does not survive.

    Nothing public does that alone; whatever is native brings it along.
    """
    rtc.AudioResampler(8000, 16000)


def keep_open(error: RealtimeModelError) -> None:
    """Keep a session whose realtime model has failed; to be called in the "error" event.

    LiveKit closes it at once if the error is not recoverable, but asks only after the event.
    """
    error.recoverable = True


class RealtimeModel(realtime.RealtimeModel):
    """OpenAI's realtime model, from which a session can always be taken over.

    Closing a session whose connection was lost raises the old connection error again, in the
    middle of the handover to the agent that should take over: the handover then never happens and
    the caller sits in silence.

    `bounded` lets through which tool calls of an answer are carried out; it is given those that
    the model makes and the names of those that it may make. LiveKit carries out all of them.
    """

    bounded: (
        Callable[[AsyncIterable[FunctionCall], Collection[str]], AsyncIterable[FunctionCall]] | None
    ) = None

    def session(self, *, turn_detection_disabled: bool = False) -> realtime.RealtimeSession:
        session = super().session(turn_detection_disabled=turn_detection_disabled)
        close = session.aclose

        async def close_quietly() -> None:
            try:
                await close()
            except APIError as error:  # was reported when it happened, as an "error" event
                logger.info("closed a lost realtime session", extra={"error": repr(error)})

        session.aclose = close_quietly  # type: ignore[method-assign]  # nothing to subclass
        # Before LiveKit's own listener: it finds the calls bounded.
        session.on("generation_created", partial(self._bound, session))
        return session

    def _bound(self, session: realtime.RealtimeSession, event: GenerationCreatedEvent) -> None:
        if self.bounded is not None:
            known = session.tools.function_tools
            event.function_stream = self.bounded(event.function_stream, known)


class Samples(Protocol):
    """What raw samples of a voice pass through: bytes in, bytes out, and the rest at the end."""

    def push(self, data: bytes) -> bytes: ...

    def end(self) -> bytes: ...


class Speech(ChunkedStream):
    """One piece of OpenAI's speech, its samples changed on their way: nothing public is between the
    server's answer and the session.
    """

    def __init__(self, *, through: Samples, **others: Any) -> None:
        self._through = through
        super().__init__(**others)

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        await super()._run(_Through(output_emitter, self._through))


class _Through(tts.AudioEmitter):
    """Hands on to `inner` what a stream of OpenAI's emits."""

    def __init__(self, inner: tts.AudioEmitter, samples: Samples) -> None:
        self._inner = inner
        self._samples = samples
        self._is_raw = True

    def initialize(self, *, mime_type: str, **others: Any) -> None:
        # A server that ignores the format that was asked for sends what is decoded later.
        self._is_raw = mime_type.startswith("audio/pcm")
        self._inner.initialize(mime_type=mime_type, **others)

    def push(self, data: bytes) -> None:
        if data := self._samples.push(data) if self._is_raw else data:
            self._inner.push(data)

    def flush(self) -> None:
        if held := self._samples.end():
            self._inner.push(held)
        self._inner.flush()


def realtime_url(base_url: str, model: str) -> str:
    """Return where the plugin connects to for `model`; for a probe that asks if it is there."""
    return realtime.realtime_model.process_base_url(base_url, model)


def machine_detector(
    session: AgentSession[Any], *, identity: str, limit_s: float, by_words_alone: bool
) -> AMD:
    """A detector of answering machines that listens to `identity` with the session's models.

    It makes up its mind within `limit_s` if nobody speaks; whoever speaks on is heard out, except
    `by_words_alone`: then a short greeting is nobody's in particular, and only the words count.
    The detector's options are not exported.
    """
    options: DetectionOptions = {"no_speech_threshold": limit_s, "timeout": limit_s}
    if by_words_alone:
        options["human_speech_threshold"] = 0.0
    return AMD(
        session,
        llm=None,
        # The session's ears hear nothing while Echo cannot be interrupted, so the detector gets a
        # second stream of them.
        stt=session.stt,
        participant_identity=identity,
        interrupt_on_machine=True,
        ivr_detection=False,
        suppress_compatibility_warning=True,
        detection_options=options,
        wait_until_finished=not by_words_alone,
    )


def go_on_after(session: AgentSession[Any], wait_s: float) -> None:
    """Let Echo, who has paused for a voice, go on so long after its end; nothing where she has not.

    LiveKit takes one wait for all voices, and does not know that what was said is known already.
    """
    activity = session._activity
    if activity is None or activity._paused_speech is None:
        return
    activity._paused_speech.timeout = wait_s
    if activity._false_interruption_timer is not None:  # the voice has ended: it waits
        activity._start_false_interruption_timer(wait_s)


def let_speak(session: AgentSession[Any]) -> None:
    """Take back a detector's hold on the agent's voice, which has no setting.

    It would hold back every word until its verdict, seconds after the answer; a person would have
    hung up by then.
    """
    activity = session._activity
    if activity is not None:
        activity._resume_authorization()


def tap_output(
    session: AgentSession[Any], tapped: Callable[[rtc.AudioSource], rtc.AudioSource]
) -> None:
    """Put `tapped` before the source of Echo's voice; to be called when the session has started.

    LiveKit's own recording needs the voice's stream to say what was played, knows nothing of our
    stored phrases, and keeps what its disk does not take in memory.
    """
    output = session.output.audio
    while output is not None and output.next_in_chain is not None:
        output = output.next_in_chain
    if isinstance(output, _ParticipantAudioOutput):
        output._audio_source = tapped(output._audio_source)


def is_registered(server: AgentServer) -> bool:
    """Whether LiveKit can offer this worker a call now.

    The library's own page answers 200 while it connects, and nothing tells of a broken connection.
    """
    return server.id != "unregistered" and not server._connecting and not server._closed


def has_begun(server: AgentServer) -> bool:
    """Whether the server's jobs can be asked for: before `run` it has no list of them."""
    return hasattr(server, "_proc_pool")


def pids_of_jobs(server: AgentServer) -> dict[str, int]:
    """The process of each job in progress, by the job's id. The library tells only the jobs."""
    if not has_begun(server):
        return {}
    return {
        process.running_job.job.id: process.pid
        for process in server._proc_pool.processes
        if isinstance(process, ProcJobExecutor) and process.running_job and process.pid
    }


def keep_idle_processes(server: AgentServer, number: int) -> None:
    """How many processes are started ahead of need from now on, at most as many as at its start.

    Those that wait go on waiting, and whoever finds none waiting still gets one.
    """
    server._proc_pool.set_target_idle_processes(number)


def is_warm(server: AgentServer) -> bool:
    """Whether a process waits for a call, which need not be started first."""
    return not server._proc_pool._warmed_proc_queue.empty()
