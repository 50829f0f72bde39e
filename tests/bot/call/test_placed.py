"""A call that we make: nobody's telephone rings before Echo could speak, and never twice."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from livekit.agents import AutoSubscribe
from livekit.agents.llm import ChatContext

from agents.callee import Callee
from agents.conversation import Conversation
from agents.intro import IntroAgent
from agents.resumed import BrokenStory
from agents.returning import ReturningAgent
from agents.stories import load_premises
from agents.story import StoryData
from bot.call import placed as module
from bot.call.dialler import CALLEE
from bot.call.placed import PlacedCall
from bot.records import EndReason, Order
from bot.talk.floor.ending import Ending
from sip.calls.calling_hours import CallingHours
from sip.calls.outcome import Outcome
from tests.bot.call.fake_job import FakeJob, FakeRecorder
from tests.bot.records.orders import an_order
from tests.bot.settings.made import made
from tests.bot.talk.fakes import now_s

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

ORDER = an_order(name="Maria", ring_timeout_s=20.0, max_call_s=300.0)


class FakeTalk:
    """A conversation that goes on until the call has ended."""

    def __init__(self, *around: Any, **rest: Any) -> None:
        _, self.settings, _, self.line, self.ending = around
        self.options = rest
        self.ready = asyncio.Event()
        self.session: Any = SimpleNamespace(userdata=Conversation(line=cast(Any, None)))
        self.floor = None

    async def run(self) -> None:
        await self.ending.wait()


class FakeAcquaintance:
    """What was asked of it, in order."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    async def recall(self) -> None:
        self.asked.append("recall")

    def introduce(self, conversation: object) -> None:
        self.asked.append(conversation)


class FakeProgress:
    """The ledger's word on whether to dial."""

    def __init__(self) -> None:
        self.may_dial = True
        self.claims: list[tuple[Order, CallingHours]] = []
        self.conclusion: tuple[Outcome, str | None] | None = None

    async def claim_dialling(self, order: Order, hours: CallingHours) -> bool:
        self.claims.append((order, hours))
        return self.may_dial

    def conclude(self, outcome: Outcome, detail: str | None) -> None:
        self.conclusion = (outcome, detail)


class Scene:
    """One order that a job has, with everything around it replaced."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, order: Order, **environ: str) -> None:
        self.dialled_s: list[float] = []
        self.received: list[tuple[float, bool]] = []
        self.receptions_ended = 0
        self.answers: str | None = "SCL_1"
        self.job, self.recorder = FakeJob(made(**environ)), FakeRecorder()
        self.progress, self.ending = FakeProgress(), Ending()
        self.talks: list[FakeTalk] = []
        self.acquaintance = FakeAcquaintance()
        scene = self

        class FakeDialler:
            def __init__(self, *_: Any) -> None: ...

            async def run(self) -> str | None:
                scene.dialled_s.append(now_s())
                return scene.answers

        class FakeReception:
            def __init__(self, *_: Any, leaves_messages: bool, **__: Any) -> None:
                self._leaves_messages = leaves_messages

            async def run(self) -> None:
                scene.received.append((now_s(), self._leaves_messages))
                try:
                    await asyncio.sleep(3600)
                finally:
                    scene.receptions_ended += 1

        def talk(*around: Any, **rest: Any) -> FakeTalk:
            self.talks.append(FakeTalk(*around, **rest))
            return self.talks[0]

        monkeypatch.setattr(module, "Talk", talk)
        monkeypatch.setattr(module, "Dialler", FakeDialler)
        monkeypatch.setattr(module, "Reception", FakeReception)
        self.call = PlacedCall(
            self.job.ctx,
            made(**environ),
            cast(Any, self.recorder),
            order,
            cast(Any, self.progress),
            self.ending,
            self._block,
            cast(Any, self.acquaintance),
        )

    @property
    def talk(self) -> FakeTalk:
        return self.talks[0]

    async def _block(self) -> bool:
        return True

    async def carry(self, **at_s: Callable[["Scene"], None]) -> None:
        """Carry the call; `s3=...` does something after three seconds."""
        loop = asyncio.get_running_loop()
        for moment, do in at_s.items():
            loop.call_later(float(moment[1:]), do, self)
        await self.call.carry()


def is_ready(scene: Scene) -> None:
    scene.talk.ready.set()


def ends(scene: Scene) -> None:
    scene.ending.set(EndReason.CALLER_HUNG_UP)


def is_ready_and_ends(scene: Scene) -> None:
    is_ready(scene)
    ends(scene)


def answers(scene: Scene) -> None:
    # Whoever is no telephone can hear at once.
    scene.talk.line.expect(CALLEE, on_telephone=False)


Make = Callable[..., Scene]


@pytest.fixture
def a_call(monkeypatch: pytest.MonkeyPatch) -> Make:
    def make(order: Order = ORDER, **environ: str) -> Scene:
        return Scene(monkeypatch, order, **environ)

    return make


async def test_the_telephone_rings_as_soon_as_echo_could_speak(a_call: Make) -> None:
    scene = a_call()
    await scene.carry(s2=is_ready, s9=ends)
    assert scene.dialled_s == [2]


async def test_the_room_is_joined_before_anything_else_for_its_sound_alone(a_call: Make) -> None:
    scene = a_call()
    await scene.carry(s1=ends)
    assert scene.job.connected == [{"auto_subscribe": AutoSubscribe.AUDIO_ONLY}]


async def test_the_answered_call_is_known_by_livekits_id(a_call: Make) -> None:
    scene = a_call()
    await scene.carry(s1=is_ready, s9=ends)
    assert scene.recorder.changes == {"sip_call_id": "SCL_1"}


async def test_a_call_that_nobody_answered_has_no_id(a_call: Make) -> None:
    scene = a_call()
    scene.answers = None
    await scene.carry(s1=is_ready, s9=ends)
    assert scene.recorder.changes == {}


async def test_without_a_voice_within_eight_seconds_nobody_is_dialled(a_call: Make) -> None:
    scene = a_call()
    await scene.carry(s9=is_ready)
    assert now_s() == 8
    assert (scene.dialled_s, scene.progress.claims) == ([], [])
    assert scene.progress.conclusion == (
        Outcome.FAILED,
        "The storyteller did not get ready; nobody was dialled.",
    )
    assert scene.ending.reason is EndReason.FAILED
    assert scene.ending.error == "the voice was not ready; nobody was dialled"


@pytest.mark.parametrize("first", [ends, is_ready_and_ends])
async def test_a_call_that_ends_before_it_is_dialled_is_not_dialled(
    a_call: Make, first: Callable[[Scene], None]
) -> None:
    scene = a_call()
    await scene.carry(s2=first)
    assert now_s() == 2
    assert (scene.dialled_s, scene.progress.claims, scene.progress.conclusion) == ([], [], None)
    assert scene.ending.reason is EndReason.CALLER_HUNG_UP


async def test_nobody_is_dialled_without_the_ledgers_word(a_call: Make) -> None:
    scene = a_call()
    scene.progress.may_dial = False
    await scene.carry(s2=is_ready)
    assert scene.dialled_s == []
    assert (scene.ending.reason, scene.ending.error) == (EndReason.NEVER_ANSWERED, "not dialled")


async def test_the_ledger_is_asked_once_with_the_hours_that_were_set(a_call: Make) -> None:
    scene = a_call(STORYLINE_CALLING_HOURS="10:00-12:00")
    await scene.carry(s2=is_ready, s9=ends)
    assert scene.progress.claims == [(ORDER, CallingHours.parse("10:00-12:00"))]


# --- who answers ----------------------------------------------------------------------------------


async def test_who_answers_is_found_out_from_the_answer_on(a_call: Make) -> None:
    scene = a_call()
    await scene.carry(s1=is_ready, s4=answers, s9=ends)
    assert [at_s for at_s, _ in scene.received] == [4]


async def test_nobody_is_listened_to_in_a_call_that_was_not_answered(a_call: Make) -> None:
    scene = a_call()
    await scene.carry(s1=is_ready, s9=ends)
    assert scene.received == []


async def test_finding_out_ends_with_the_call(a_call: Make) -> None:
    scene = a_call()
    await scene.carry(s1=is_ready, s4=answers, s9=ends)
    assert now_s() == 9
    assert scene.receptions_ended == 1
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize(("setting", "leaves"), [("message", True), ("hang_up", False)])
async def test_whether_a_mailbox_gets_a_message_is_a_setting(
    a_call: Make, setting: str, leaves: bool
) -> None:
    scene = a_call(STORYLINE_ON_VOICEMAIL=setting)
    await scene.carry(s1=is_ready, s4=answers, s9=ends)
    assert scene.received == [(4, leaves)]


# --- the conversation -----------------------------------------------------------------------------


async def test_the_callee_is_expected_on_the_telephone(a_call: Make) -> None:
    scene = a_call()
    await scene.carry(s1=ends)
    assert (scene.talk.line.identity, scene.talk.line.on_telephone) == (CALLEE, True)


async def test_echo_knows_what_the_order_says_of_the_callee(a_call: Make) -> None:
    scene = a_call()
    await scene.carry(s1=ends)
    agent = scene.talk.options["first_agent"]
    assert isinstance(agent, IntroAgent)
    assert agent.instructions == Callee("Maria").instructions


async def test_an_answer_is_waited_for_as_long_as_it_may_ring_and_half_a_minute(
    a_call: Make,
) -> None:
    scene = a_call()
    await scene.carry(s1=ends)
    assert scene.talk.options["answer_limit_s"] == 8 + 20 + 30


async def test_the_callees_wish_to_be_left_alone_reaches_the_list(a_call: Make) -> None:
    scene = a_call()
    await scene.carry(s1=ends)
    assert await scene.talk.options["block"]()


@pytest.mark.parametrize(
    ("max_call_s", "wind_down_s"), [(900.0, 45.0), (90.0, 45.0), (60.0, 30.0), (10.0, 5.0)]
)
async def test_a_short_call_is_wound_down_in_its_last_half(
    a_call: Make, max_call_s: float, wind_down_s: float
) -> None:
    scene = a_call(an_order(max_call_s=max_call_s))
    await scene.carry(s1=ends)
    call = scene.talk.settings.call
    assert (call.max_call_s, call.wind_down_s) == (max_call_s, wind_down_s)


async def test_the_limit_of_one_call_leaves_the_other_settings_alone(a_call: Make) -> None:
    scene = a_call(STORYLINE_SILENCE_S="11")
    await scene.carry(s1=ends)
    assert scene.talk.settings.call.silence_s == 11
    assert scene.talk.settings.livekit == made().livekit


async def test_who_is_called_again_is_offered_to_go_on(a_call: Make) -> None:
    scene = a_call(replace(ORDER, resumes="before"))
    maria = StoryData("Maria", "Lisbon")
    broken = BrokenStory(maria, load_premises()[0], ChatContext.empty())
    scene.call.returning = ReturningAgent(broken, was_called=True)
    await scene.carry(s1=is_ready, s9=ends)
    assert scene.talk.options["first_agent"] is scene.call.returning
    assert scene.talk.session.userdata.story == maria
    assert scene.dialled_s == [1]


async def test_nobody_is_dialled_for_a_story_that_is_not_kept_any_more(a_call: Make) -> None:
    scene = a_call(replace(ORDER, resumes="before"))
    await scene.carry()
    assert (scene.talks, scene.dialled_s) == ([], [])
    assert scene.progress.conclusion == (
        Outcome.REFUSED,
        "The story to go on with could not be taken; nobody was dialled.",
    )
    assert scene.ending.reason is EndReason.NEVER_ANSWERED


async def test_who_is_remembered_is_known_before_anybody_is_dialled(a_call: Make) -> None:
    scene = a_call(ORDER)
    await scene.carry(s1=is_ready, s9=ends)
    assert scene.acquaintance.asked == ["recall", scene.talk.session.userdata]
