"""Everything that bot/livekit_gaps.py relies on in LiveKit: names, signatures, order of events.

When one of these fails after an upgrade, read the docstring in that module before mending it.
"""

import ast
import importlib
import inspect
import re
from collections.abc import AsyncIterable, AsyncIterator, Collection
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from livekit import agents, rtc
from livekit.agents import AgentServer, AgentSession, APIConnectionError
from livekit.agents.ipc.job_proc_executor import ProcJobExecutor
from livekit.agents.ipc.proc_pool import ProcPool
from livekit.agents.llm import FunctionCall, GenerationCreatedEvent, RealtimeModelError
from livekit.agents.utils import http_context
from livekit.agents.utils.aio import cancel_and_wait
from livekit.agents.voice.agent_activity import AgentActivity, _PausedSpeechInfo
from livekit.agents.voice.amd import AMD, AMDCategory
from livekit.agents.voice.amd.detector import DetectionOptions
from livekit.agents.voice.room_io import AudioOutputOptions
from livekit.agents.voice.room_io._output import _ParticipantAudioOutput
from livekit.plugins.openai import realtime
from livekit.plugins.openai.tts import ChunkedStream

from bot import livekit_gaps
from bot.talk.recording.sound_file import RATE_HZ
from tests.house import ROOT, parse, python_files

pytestmark = pytest.mark.unit


def parameters(function: Any) -> set[str]:
    return set(inspect.signature(function).parameters)


# --- going on after a voice over Echo's own -------------------------------------------------------


def test_how_long_echo_waits_after_a_voice_is_read_when_its_end_was_told() -> None:
    ended = inspect.getsource(AgentActivity.on_end_of_speech)
    told = ended.index("self._session._update_user_state(")
    assert told < ended.index("self._start_false_interruption_timer(self._paused_speech.timeout)")
    assert parameters(AgentActivity._start_false_interruption_timer) == {"self", "timeout"}
    assert "timeout" in _PausedSpeechInfo.__annotations__
    begun = inspect.getsource(AgentActivity.__init__)
    assert "self._false_interruption_timer: asyncio.TimerHandle | None = None" in begun


# --- the source of Echo's voice -------------------------------------------------------------------


def test_the_rooms_output_plays_by_one_source_that_can_be_stood_before() -> None:
    made = inspect.getsource(_ParticipantAudioOutput.__init__)
    assert "self._audio_source = rtc.AudioSource(sample_rate, num_channels" in made
    played = inspect.getsource(_ParticipantAudioOutput._forward_audio)
    assert "await self._audio_source.capture_frame(frame)" in played
    assert "self._audio_source.clear_queue()" in played
    assert AudioOutputOptions().sample_rate == RATE_HZ
    assert AudioOutputOptions().num_channels == 1


def test_the_source_is_found_behind_whatever_stands_before_it() -> None:
    output = _ParticipantAudioOutput.__new__(_ParticipantAudioOutput)
    output._next_in_chain = None
    output._audio_source = cast(rtc.AudioSource, "source")
    before: Any = type("Before", (), {"next_in_chain": output})()
    session: Any = type("Session", (), {"output": type("Output", (), {"audio": before})})()
    livekit_gaps.tap_output(session, lambda source: cast(rtc.AudioSource, f"tapped {source}"))
    assert cast(str, output._audio_source) == "tapped source"


def test_a_session_without_a_voice_is_left_alone() -> None:
    session: Any = type("Session", (), {"output": type("Output", (), {"audio": None})})()
    livekit_gaps.tap_output(session, lambda source: source)


# --- the server -----------------------------------------------------------------------------------


def test_a_server_has_no_list_of_jobs_before_it_runs() -> None:
    server = AgentServer()
    assert not livekit_gaps.has_begun(server)
    assert "self._proc_pool = " in inspect.getsource(AgentServer.run)


# --- the detector of machines ---------------------------------------------------------------------


def test_the_detectors_hold_on_the_voice_can_be_taken_back() -> None:
    assert parameters(AgentActivity._resume_authorization) == {"self"}
    assert "self._activity: AgentActivity | None" in inspect.getsource(AgentSession.__init__)
    assert "_activity._resume_authorization()" in inspect.getsource(AMD.execute)


def test_a_session_without_an_agent_has_no_hold_to_take_back() -> None:
    session: Any = type("Session", (), {"_activity": None})()
    livekit_gaps.let_speak(session)


def test_the_detector_takes_what_we_give_it() -> None:
    assert {
        "session",
        "llm",
        "stt",
        "participant_identity",
        "interrupt_on_machine",
        "ivr_detection",
        "suppress_compatibility_warning",
        "detection_options",
        "wait_until_finished",
    } <= parameters(AMD.__init__)
    options = {"no_speech_threshold", "timeout", "human_speech_threshold"}
    assert options <= set(DetectionOptions.__annotations__)
    assert {c.name for c in AMDCategory} == {
        "HUMAN",
        "MACHINE_IVR",
        "MACHINE_VM",
        "MACHINE_UNAVAILABLE",
        "UNCERTAIN",
    }


@pytest.mark.parametrize("by_words_alone", [True, False])
async def test_only_behind_a_screener_does_a_detector_decide_in_mid_speech(
    by_words_alone: bool,
) -> None:
    session: Any = type("Session", (), {"stt": None})()
    detector = livekit_gaps.machine_detector(
        session, identity="callee", limit_s=9, by_words_alone=by_words_alone
    )
    assert detector._wait_until_finished is not by_words_alone
    assert detector._opts["timeout"] == 9
    assert (detector._opts["human_speech_threshold"] == 0.0) is by_words_alone


# --- the realtime model ---------------------------------------------------------------------------


async def test_a_lost_realtime_session_closes_without_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(_: realtime.RealtimeSession) -> None:
        raise APIConnectionError("lost")

    monkeypatch.setattr(
        realtime.RealtimeSession, "__init__", lambda self, *_, **__: rtc.EventEmitter.__init__(self)
    )
    monkeypatch.setattr(realtime.RealtimeSession, "aclose", fail)
    model = livekit_gaps.RealtimeModel(api_key="none", base_url="http://127.0.0.1:1/v1")
    await model.session().aclose()
    with pytest.raises(APIConnectionError):
        await super(livekit_gaps.RealtimeModel, model).session().aclose()


async def test_tool_calls_are_bounded_before_livekit_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def written() -> AsyncIterator[FunctionCall]:
        for number in range(300):
            yield FunctionCall(call_id=str(number), name="tool", arguments="{}")

    async def first(
        calls: AsyncIterable[FunctionCall], known: Collection[str]
    ) -> AsyncIterator[FunctionCall]:
        assert list(known) == ["tool"]
        async for call in calls:
            yield call
            return

    monkeypatch.setattr(
        realtime.RealtimeSession, "__init__", lambda self, *_, **__: rtc.EventEmitter.__init__(self)
    )
    tools = SimpleNamespace(function_tools={"tool": None})
    monkeypatch.setattr(realtime.RealtimeSession, "tools", tools)
    model = livekit_gaps.RealtimeModel(api_key="none", base_url="http://127.0.0.1:1/v1")
    model.bounded = first
    session = model.session()
    seen: list[GenerationCreatedEvent] = []
    session.on("generation_created", seen.append)
    event = GenerationCreatedEvent(
        message_stream=cast(Any, None), function_stream=written(), user_initiated=False
    )
    session.emit("generation_created", event)
    assert [call.call_id async for call in seen[0].function_stream] == ["0"]
    # Whoever asked for the answer is given the same object, and reads it later.
    assert event is seen[0]


def test_the_realtime_model_still_makes_its_sessions_in_one_place() -> None:
    assert parameters(realtime.RealtimeModel.session) == {"self", "turn_detection_disabled"}


def test_the_realtime_address_is_the_plugins_own() -> None:
    url = livekit_gaps.realtime_url("http://127.0.0.1:99/v1", "gpt-realtime")
    assert url == "ws://127.0.0.1:99/v1/realtime?model=gpt-realtime"


def test_an_error_is_told_before_the_session_decides_to_close() -> None:
    # The handler of the event may still say that the session shall go on.
    source = inspect.getsource(AgentActivity._on_error)
    assert source.index('emit("error"') < source.index("self._session._on_error(")
    assert "recoverable" in inspect.getsource(AgentSession._on_error)
    error = cast(Any, RealtimeModelError)(
        timestamp=0.0, label="", error=ValueError(), recoverable=False
    )
    livekit_gaps.keep_open(error)
    assert error.recoverable


# --- small things ---------------------------------------------------------------------------------


@pytest.mark.parametrize("module", livekit_gaps.PRELOADED)
def test_what_is_preloaded_exists(module: str) -> None:
    importlib.import_module(module)


def test_the_noise_after_the_end_is_still_written_like_this() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8") for path in Path(agents.__file__).parent.rglob("*.py")
    )
    native = Path(str(rtc.__file__)).with_name("resources") / "liblivekit_ffi.so"
    in_python, in_native = livekit_gaps.NOISE_AFTER_THE_END
    assert in_python in sources
    assert in_native.encode() in native.read_bytes()


def test_undocumented_helpers_are_where_they_were() -> None:
    assert livekit_gaps.cancel_and_wait is cancel_and_wait
    assert livekit_gaps.certificates() is livekit_gaps.certificates(), "read once a process"
    assert "ssl=_create_ssl_context()" in inspect.getsource(http_context._new_session_ctx)


def test_a_stream_of_openai_emits_by_what_we_stand_in_for() -> None:
    source = inspect.getsource(ChunkedStream._run)
    emitted = set(re.findall(r"output_emitter\.(\w+)\(", source))
    assert emitted == {"initialize", "push", "flush"}
    assert parameters(ChunkedStream._run) == {"self", "output_emitter"}


def test_a_worker_knows_whether_it_is_connected_and_warm() -> None:
    source = inspect.getsource(AgentServer)
    assert "self._connecting = True" in source and "self._connecting = False" in source
    assert "self._proc_pool = ipc.proc_pool.ProcPool(" in source
    assert "self._warmed_proc_queue" in inspect.getsource(ProcPool)


def test_a_worker_knows_the_process_of_each_job() -> None:
    server = AgentServer()
    assert livekit_gaps.pids_of_jobs(server) == {}, "before it runs"
    job = SimpleNamespace(job=SimpleNamespace(id="AJ_1"))
    busy, idle = ProcJobExecutor.__new__(ProcJobExecutor), ProcJobExecutor.__new__(ProcJobExecutor)
    busy._running_job, busy._pid = cast(Any, job), 7
    idle._running_job, idle._pid = None, 8
    server._proc_pool = cast(Any, SimpleNamespace(processes=[busy, idle]))
    assert livekit_gaps.pids_of_jobs(server) == {"AJ_1": 7}
    assert isinstance(ProcPool.processes, property)


def test_a_pool_starts_fewer_processes_ahead_of_need_but_one_for_whoever_waits() -> None:
    source = inspect.getsource(ProcPool)
    assert parameters(ProcPool.set_target_idle_processes) == {"self", "num_idle_processes"}
    assert "min(self._target_idle_processes, self._default_num_idle_processes)," in source
    assert "len(self._spawn_tasks) < self._jobs_waiting_for_process" in source


def test_a_session_can_be_told_to_take_no_orders_and_to_record_nothing() -> None:
    assert {"session_host", "record"} <= parameters(AgentSession.start)
    assert "user_away_timeout" in parameters(AgentSession.__init__)


# --- nowhere else ---------------------------------------------------------------------------------

GAPS = ROOT / "bot" / "livekit_gaps.py"


# Documented by their libraries in spite of the underscore.
PUBLIC = {"_exit", "_mapping"}


def private_uses(source: Any) -> set[str]:
    """Attributes with a leading underscore of anything but self, cls and super()."""
    return {
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(source)
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and node.attr not in PUBLIC
        and not (isinstance(node.value, ast.Name) and node.value.id in {"self", "cls", "other"})
    }


@pytest.mark.parametrize("room", ["agents", "bot", "desk", "scripts", "sip"])
def test_nothing_private_is_used_anywhere_else(room: str) -> None:
    found = {
        f"{path.relative_to(ROOT)}:{use}"
        for path in python_files(room)
        if path != GAPS
        for use in private_uses(parse(path))
    }
    assert found == set()
