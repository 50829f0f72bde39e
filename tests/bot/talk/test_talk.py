"""One conversation from the first ring to the last sound, and everyone who watches over it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest

from agents.intro import IntroAgent
from agents.prompts import load_prompt
from agents.story import StoryData
from agents.taming.calls import bounded
from agents.taming.notices import Notice
from bot.records import AgentReached, EndReason, utc_now
from bot.records.diary import EventKind
from bot.talk import session as making
from bot.talk import talk as module
from bot.talk.clips import Clip
from bot.talk.continued import Continued
from bot.talk.floor.ending import Ending
from bot.talk.line import Line
from bot.talk.talk import Talk
from tests.bot.call.fake_job import FakeJob, FakeRecorder
from tests.bot.settings.made import made
from tests.bot.talk.fake_room import ROOM, SECRET, FakeRoom
from tests.bot.talk.fake_session import FakeSession
from tests.bot.talk.fakes import now_s

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

REALTIME = SimpleNamespace(bounded=None)


class SpokenSession(FakeSession):
    """A session whose voice needs half a second to begin, and two to say anything."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.options = options
        self.started: list[tuple[Any, dict[str, Any]]] = []
        self.start_fails: Exception | None = None
        self.is_mute = False
        self.said: list[tuple[float, str]] = []
        self.usage = SimpleNamespace(model_usage=[SimpleNamespace(model_dump=self._dump)])

    async def start(self, agent: Any, **options: Any) -> None:
        self.started.append((agent, options))
        if self.start_fails is not None:
            raise self.start_fails

    def _dump(self, *, exclude_none: bool) -> dict[str, int]:
        assert exclude_none
        return {"input_tokens": 7}

    def _handle(self, text: str, options: dict[str, Any]) -> Any:
        handle = super()._handle(text, options)
        self.said.append((now_s(), text))
        if not self.is_mute:
            loop = asyncio.get_running_loop()
            loop.call_later(0.5, self.agent_becomes, "speaking")
            loop.call_later(2.5, self.agent_becomes, "listening")
            loop.call_later(2.5, handle.finish)
        return handle


class FakeClips:
    """A player that notes what it played."""

    def __init__(self, room: Any, folder: Path | None, tapped: Any) -> None:
        self.room, self.folder, self.tapped = room, folder, tapped
        self.played: list[Clip] = []
        self.closed = 0

    async def play(self, clip: Clip) -> None:
        self.played.append(clip)

    async def stop(self) -> None: ...

    async def aclose(self) -> None:
        self.closed += 1


class Scene:
    """One talk with the session, the clips and the models replaced."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        ask_left: Callable[[], Awaitable[float]] | None = None,
        continued: Continued | None = None,
        **environ: str,
    ) -> None:
        settings = made(**{"STORYLINE_STORY_MODE": "pipeline", **environ})
        self.realtime_answers = True
        self.probes = 0
        self.clips: FakeClips | None = None
        realtime = REALTIME if settings.story.mode == "realtime" else None
        models = SimpleNamespace(stt=_Ears(), llm=None, tts=None, realtime=realtime)
        monkeypatch.setattr(module, "build_models", lambda *_, **__: models)
        monkeypatch.setattr(making, "AgentSession", SpokenSession)
        monkeypatch.setattr(module, "ClipPlayer", self._make_clips)
        monkeypatch.setattr(module, "is_reachable", self._is_reachable)
        self.job, self.recorder = FakeJob(settings), FakeRecorder()
        self.room, self.ending = FakeRoom(), Ending()
        self.line = Line(self.room.as_room, ROOM, self.ending, secret=SECRET)
        self.line.expect("caller", on_telephone=True)
        self.agent = IntroAgent()
        self.talk = Talk(
            self.job.ctx,
            settings,
            cast(Any, self.recorder),
            self.line,
            self.ending,
            first_agent=continued or self.agent,
            block=self._block,
            ask_left=ask_left,
        )

    def _make_clips(self, room: Any, folder: Path | None, tapped: Any) -> FakeClips:
        self.clips = FakeClips(room, folder, tapped)
        return self.clips

    async def _is_reachable(self, _: Any) -> bool:
        self.probes += 1
        return self.realtime_answers

    async def _block(self) -> bool:
        return True

    @property
    def session(self) -> SpokenSession:
        return cast(SpokenSession, self.talk.session)

    @property
    def said(self) -> list[tuple[float, str]]:
        return self.session.said

    async def run(self, *at_s: tuple[float, Callable[[], Any]]) -> None:
        """Talk to the end; each of `at_s` happens at its second."""
        loop = asyncio.get_running_loop()
        for moment_s, happens in at_s:
            loop.call_later(moment_s, happens)
        await self.talk.run()

    def answers(self) -> None:
        self.room.joins("caller", "active")

    def hangs_up(self) -> None:
        self.ending.set(EndReason.CALLER_HUNG_UP)

    def worker_goes(self) -> None:
        self.line.goodbye_asked.set()


class _Ears:
    """A transcription that TurnTaking can wrap."""

    label, capabilities, model, provider = "ears", SimpleNamespace(), "ears", "tests"

    def on(self, *_: Any) -> None: ...


Make = Callable[..., Scene]


@pytest.fixture
def a_talk(monkeypatch: pytest.MonkeyPatch) -> Make:
    monkeypatch.setattr(module, "TurnTaking", _Turns)
    return lambda **options: Scene(monkeypatch, **options)


class _Turns:
    last_voice_was_over_echo = False
    made_with: ClassVar[dict[str, Any]] = {}

    def __init__(self, stt: Any, **options: Any) -> None:
        self.ears = stt
        _Turns.made_with = options

    def listen(self, session: Any) -> None: ...


# --- the session ----------------------------------------------------------------------------------


async def test_the_first_agent_begins_while_it_still_rings(a_talk: Make) -> None:
    scene = a_talk()
    await scene.run((3, scene.hangs_up))
    [(agent, options)] = scene.session.started
    assert agent is scene.agent
    assert options["room"] is scene.job.room
    assert options["room_options"].participant_identity == "caller"
    assert scene.recorder.changes["agent_reached"] is AgentReached.INTRO


async def test_nobody_in_the_room_reads_along_types_or_records(a_talk: Make) -> None:
    scene = a_talk()
    await scene.run((1, scene.hangs_up))
    [(_, options)] = scene.session.started
    assert (options["session_host"], options["record"]) == (False, False)
    assert options["room_options"].text_input is False


async def test_the_session_leaves_silence_and_echo_to_us(a_talk: Make) -> None:
    options = a_talk().session.options
    assert options["user_away_timeout"] is None
    assert options["aec_warmup_duration"] is None


async def test_what_models_do_is_bounded_and_told_to_the_diary(
    a_talk: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = a_talk(STORYLINE_STORY_MODE="realtime")
    noted: list[tuple[EventKind, str | None]] = []
    monkeypatch.setattr(
        scene.recorder.diary, "note", lambda kind, detail=None: noted.append((kind, detail))
    )
    leash = scene.session.userdata.leash
    assert isinstance(REALTIME.bounded, partial) and REALTIME.bounded.func is bounded
    assert REALTIME.bounded.keywords == {"budget": leash.budget, "notify": leash.notice}
    assert scene.session.options["max_tool_steps"] == 1
    leash.notice(Notice.TOOL_REFUSED, "again 299")
    assert noted == [(EventKind.TOOL_REFUSED, "again 299")]


async def test_a_turn_without_an_end_is_cut(a_talk: Make) -> None:
    scene = a_talk()
    talking = (
        (1, lambda: scene.session.agent_becomes("speaking")),
        (1, scene.talk.floor.voice_heard),
        (77, lambda: scene.session.agent_becomes("listening")),
        (77, scene.talk.floor.voice_done),
    )
    noticed: list[Notice] = []
    scene.talk._monologue._notify = lambda notice, _: noticed.append(notice)
    await scene.run((0, scene.answers), *talking, (80, scene.hangs_up))
    assert noticed == [Notice.CUT_SHORT]


async def test_turns_are_taken_by_words_in_realtime_mode_if_that_is_wanted(a_talk: Make) -> None:
    for setting, transcribes in (("yes", True), ("no", False)):
        a_talk(STORYLINE_TRANSCRIBE_REALTIME=setting)
        assert _Turns.made_with["transcribe_realtime"] is transcribes


async def test_the_clips_are_the_operators_own(a_talk: Make, tmp_path: Path) -> None:
    scene = a_talk(STORYLINE_CLIPS_DIR=str(tmp_path))
    assert scene.clips is not None
    assert scene.clips.folder == tmp_path


# --- the answer -----------------------------------------------------------------------------------


async def test_nobody_is_watched_over_before_the_answer(a_talk: Make) -> None:
    scene = a_talk()
    await scene.run((50, scene.hangs_up))
    assert scene.said == []
    assert "answered_at" not in scene.recorder.changes


async def test_a_leg_that_is_never_answered_is_given_up_after_a_minute(a_talk: Make) -> None:
    scene = a_talk()
    await scene.run()
    assert now_s() == 60
    assert scene.ending.reason is EndReason.NEVER_ANSWERED
    assert scene.ending.error == "the leg was never answered"


async def test_a_caller_who_says_nothing_is_asked_eight_seconds_after_the_answer(
    a_talk: Make,
) -> None:
    scene = a_talk()
    await scene.run((5, scene.answers), (14, scene.hangs_up))
    assert scene.said == [(13, load_prompt("still_there"))]
    assert scene.recorder.changes["answered_at"] is not None


async def test_a_caller_who_stays_silent_is_wished_a_good_night(a_talk: Make) -> None:
    scene = a_talk()
    await scene.run((0, scene.answers))
    assert [text for _, text in scene.said] == [
        load_prompt(name) for name in ("still_there", "still_there_again", "farewell_silence")
    ]
    assert scene.ending.reason is EndReason.SILENCE
    # Three times 8 s of silence and 2.5 s of Echo's; then the last sound travels.
    assert now_s() == pytest.approx(3 * 10.5 + 0.6)


async def test_the_time_limit_counts_from_the_answer(a_talk: Make) -> None:
    scene = a_talk(STORYLINE_MAX_CALL_S="30", STORYLINE_WIND_DOWN_S="5", STORYLINE_SILENCE_S="120")
    await scene.run((7, scene.answers))
    assert scene.said == [(37, load_prompt("farewell_time_limit"))]
    assert scene.ending.reason is EndReason.TIME_LIMIT


async def test_a_call_ends_at_its_own_limit_of_cost_or_when_nothing_is_left_for_it(
    a_talk: Make,
) -> None:
    async def a_cent() -> float:
        return 0.01

    for options in ({"STORYLINE_MAX_CALL_COST": "0.01"}, {"ask_left": a_cent}):
        scene = a_talk(STORYLINE_SILENCE_S="120", **options)
        spent = partial(scene.talk._chronicler.spending.comes_to, 0.02)
        began_s = now_s()
        await scene.run((0, scene.answers), (9, spent))
        assert scene.said == [(began_s + 9, load_prompt("farewell_time_limit"))]
        assert scene.ending.error == "the cost limit of 0.01 USD was reached"


async def test_a_model_that_does_not_answer_is_covered_by_a_clip_after_three_seconds(
    a_talk: Make,
) -> None:
    scene = a_talk()
    thinking = (1, lambda: scene.session.agent_becomes("thinking"))
    await scene.run((0, scene.answers), thinking, (4.5, scene.hangs_up))
    assert scene.clips is not None
    assert scene.clips.played == [Clip.FILLER]


async def test_what_goes_wrong_before_the_answer_is_made_good_after_it(a_talk: Make) -> None:
    scene = a_talk()
    await scene.run(
        (1, lambda: scene.talk.floor.answer_failed()), (9, scene.answers), (10, scene.hangs_up)
    )
    assert scene.clips is not None
    assert scene.clips.played == [Clip.APOLOGY]


# --- the end --------------------------------------------------------------------------------------


async def test_a_caller_who_hangs_up_is_not_waited_for(a_talk: Make) -> None:
    scene = a_talk()
    await scene.run((0, scene.answers), (3, scene.hangs_up))
    assert now_s() == 3


async def test_the_last_sound_is_given_time_to_arrive(a_talk: Make) -> None:
    scene = a_talk()
    await scene.run((0, scene.answers), (2, scene.worker_goes))
    assert scene.said == [(2, load_prompt("farewell_shutdown"))]
    assert scene.ending.reason is EndReason.WORKER_SHUTDOWN
    assert now_s() == pytest.approx(2 + 2.5 + 0.6)


async def test_a_voice_that_is_gone_says_goodbye_by_a_clip(a_talk: Make) -> None:
    scene = a_talk()
    scene.session.is_mute = True
    await scene.run((0, scene.answers), (2, scene.worker_goes))
    assert scene.clips is not None
    assert scene.clips.played == [Clip.GOODBYE]
    assert now_s() == pytest.approx(2 + 4 + 0.6)


async def test_a_worker_that_goes_while_it_rings_says_goodbye_too(a_talk: Make) -> None:
    scene = a_talk()
    await scene.run((2, scene.worker_goes))
    assert scene.ending.reason is EndReason.WORKER_SHUTDOWN


async def test_nothing_runs_on_after_a_talk(a_talk: Make) -> None:
    scene = a_talk()
    await scene.run((0, scene.answers), (3, scene.hangs_up))
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert scene.clips is not None
    assert scene.clips.closed == 1


async def test_a_session_that_cannot_start_is_cleaned_up_and_told(a_talk: Make) -> None:
    scene = a_talk()
    scene.session.start_fails = ValueError("no such model")
    with pytest.raises(ExceptionGroup) as caught:
        await scene.run()
    assert caught.value.subgroup(ValueError) is not None
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert scene.clips is not None
    assert scene.clips.closed == 1


async def test_what_a_call_used_is_logged_once(
    a_talk: Make, caplog: pytest.LogCaptureFixture
) -> None:
    scene = a_talk()
    with caplog.at_level(logging.INFO):
        await scene.run((1, scene.hangs_up))
    [line] = [each for each in caplog.records if each.getMessage() == "call usage"]
    assert line.__dict__["usage"] == [{"input_tokens": 7}]


# --- who tells the story --------------------------------------------------------------------------


@pytest.mark.parametrize(("answers", "chosen"), [(True, REALTIME), (False, None)])
async def test_the_realtime_model_tells_the_story_if_it_is_there(
    a_talk: Make, answers: bool, chosen: object
) -> None:
    scene = a_talk(STORYLINE_STORY_MODE="realtime")
    scene.realtime_answers = answers
    await scene.run((1, scene.hangs_up))
    assert scene.session.userdata.realtime is chosen
    assert scene.probes == 1


async def test_in_pipeline_mode_nobody_asks_for_the_realtime_model(a_talk: Make) -> None:
    scene = a_talk()
    await scene.run((1, scene.hangs_up))
    assert (scene.probes, scene.session.userdata.realtime) == (0, None)


# --- the recording --------------------------------------------------------------------------------


async def test_nothing_is_recorded_unless_it_is_wanted(a_talk: Make) -> None:
    scene = a_talk()
    await scene.run((1, scene.hangs_up))
    assert scene.session.userdata.is_recorded is False
    assert scene.clips is not None and scene.clips.tapped is None


async def test_a_recorded_call_taps_the_voice_and_the_stored_phrases(
    a_talk: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tapped: list[Any] = []
    monkeypatch.setattr(module, "tap_output", lambda session, tap: tapped.append((session, tap)))
    scene = a_talk(STORYLINE_RECORD="1", STORYLINE_RECORDINGS_DIR=str(tmp_path / "recordings"))
    await scene.run((1, scene.hangs_up))
    assert scene.session.userdata.is_recorded is True
    assert scene.clips is not None and scene.clips.tapped is not None
    assert [session for session, _ in tapped] == [scene.session]
    assert not (tmp_path / "recordings").exists()  # nobody was told yet


# --- another process has begun it -----------------------------------------------------------------

TOLD = StoryData("Peter", "Berlin")


def goes_on(**known: Any) -> tuple[Continued, list[Any]]:
    """Who goes on, and the realtime model that they were made with."""
    made_with: list[Any] = []

    def agent(realtime: Any) -> IntroAgent:
        made_with.append(realtime)
        return IntroAgent()

    return Continued(agent, known.pop("story", None), None, **known), made_with


async def test_a_story_goes_on_with_what_is_known_of_it(a_talk: Make) -> None:
    continued, made_with = goes_on(story=TOLD, told=("clockmaker",), is_recorded=True)
    scene = a_talk(continued=continued)
    await scene.run((1, scene.hangs_up))
    conversation = scene.session.userdata
    assert (conversation.story, conversation.told) == (TOLD, ("clockmaker",))
    assert conversation.is_recorded
    assert made_with == [None]
    assert "agent_reached" not in scene.recorder.changes


async def test_a_realtime_story_goes_on_with_the_realtime_model(a_talk: Make) -> None:
    continued, made_with = goes_on(story=TOLD)
    scene = a_talk(continued=continued, STORYLINE_STORY_MODE="realtime")
    await scene.run((1, scene.hangs_up))
    assert made_with == [REALTIME]


async def test_an_introduction_waits_for_no_model_of_the_story(a_talk: Make) -> None:
    continued, made_with = goes_on()
    scene = a_talk(continued=continued, STORYLINE_STORY_MODE="realtime")
    await scene.run((1, scene.hangs_up))
    assert made_with == [None]


async def test_the_time_that_another_process_has_used_is_used(a_talk: Make) -> None:
    continued, _ = goes_on(story=TOLD)
    scene = a_talk(continued=continued, STORYLINE_MAX_CALL_S="600")
    begun = utc_now() - timedelta(seconds=480)
    scene.recorder.answered_at = begun
    assert scene.talk._left_s() == pytest.approx(120, abs=2)
    scene.recorder.answered_at = begun - timedelta(seconds=600)
    assert scene.talk._left_s() == 60, "a minute, to come to an end"


async def test_the_answer_of_the_telephone_is_written_down_once(a_talk: Make) -> None:
    scene = a_talk(continued=goes_on()[0])
    scene.recorder.answered_at = utc_now()
    await scene.run((0, scene.answers), (2, scene.hangs_up))
    assert "answered_at" not in scene.recorder.changes
