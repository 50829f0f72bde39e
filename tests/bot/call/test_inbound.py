"""Somebody rings us: who they are, and that nobody is waited for who has gone."""

import asyncio
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
from livekit import rtc
from livekit.agents import AutoSubscribe

from agents.conversation import Conversation
from agents.intro import IntroAgent
from agents.returning import ReturningAgent
from agents.story import StoryData
from bot.call import inbound as module
from bot.call.inbound import InboundCall
from bot.records import BlockedBy, Direction, EndReason, Limit, Refusal
from bot.records.memory import Remembered
from bot.records.thread import Thread, Unfinished
from tests.bot.call.fake_job import FakeJob, FakeRecorder
from tests.bot.records.memory.test_memories import somebody as remembered
from tests.bot.records.memory.test_memories import told
from tests.bot.settings.made import made
from tests.bot.talk.fakes import now_s

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

SIP = rtc.ParticipantKind.PARTICIPANT_KIND_SIP
BROWSER = rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD
CALLER = {
    "sip.callID": "SCL_1",
    "sip.ruleID": "SDR_1",
    "sip.phoneNumber": "+12025550123",
    "sip.trunkPhoneNumber": "+12025550100",
    "sip.callStatus": "active",
}
ATTESTED = CALLER | {"storyline.attestation": "A"}


class FakeTalk:
    """A conversation that is over when it has begun."""

    made: ClassVar[list["FakeTalk"]] = []

    def __init__(self, *around: Any, **rest: Any) -> None:
        _, _, _, self.line, self.ending = around
        self.first_agent, self.block = rest["first_agent"], rest["block"]
        self.conversation = Conversation(line=cast(Any, None))
        self.session = SimpleNamespace(userdata=self.conversation)
        self.runs = 0
        FakeTalk.made.append(self)

    async def run(self) -> None:
        self.runs += 1


class FakeRecords:
    """A do-not-call list, and a gate that lets everybody in whom nothing `refuses`."""

    def __init__(self) -> None:
        self.orders = self.gate = self.threads = self.unfinished = self.memories = self
        self.remembered: dict[str, tuple[Remembered, ...]] = {}
        self.blocked: list[tuple[str, BlockedBy]] = []
        self.refuses: Refusal | None = None
        self.story: Unfinished | None = None
        self.settled = self.dropped = False

    async def ask(self, *_: Any) -> Refusal | None:
        return self.refuses

    async def take_newest(self, number: str, *_: Any) -> Unfinished | None:
        return self.story

    async def settle(self, *_: Any) -> bool:
        self.settled = True
        return True

    async def drop(self, call_id: str) -> None:
        self.dropped = True

    async def find_newest(self, number: str, *_: Any) -> Unfinished | None:
        return self.story

    async def take(self, call_id: str, *_: Any) -> Unfinished | None:
        return self.story

    async def of(self, number: str) -> tuple[Remembered, ...]:
        return self.remembered.get(number, ())

    async def block(self, number: str, by: BlockedBy, _: Any) -> None:
        self.blocked.append((number, by))


class Call:
    def __init__(self, meets: Any = None, **environ: str) -> None:
        self.job = FakeJob(made(**environ))
        self.job.meets = meets
        self.recorder, self.records = FakeRecorder(), FakeRecords()
        self.call = InboundCall(
            self.job.ctx, made(**environ), cast(Any, self.recorder), cast(Any, self.records)
        )

    async def carry(self) -> FakeTalk:
        await self.call.carry()
        [talk] = FakeTalk.made
        return talk


def somebody(kind: int = SIP, attributes: dict[str, str] | None = None) -> Any:
    attributes = CALLER if attributes is None else attributes
    return SimpleNamespace(identity="caller", kind=kind, attributes=attributes)


def comes(call: Call, person: Any) -> None:
    call.job.meets = person
    call.job.room.remote_participants["caller"] = person


@pytest.fixture(autouse=True)
def _talks(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeTalk.made = []
    monkeypatch.setattr(module, "Talk", FakeTalk)


async def test_a_caller_is_talked_with_by_echo_as_she_introduces_herself() -> None:
    talk = await Call(somebody()).carry()
    assert talk.runs == 1
    assert isinstance(talk.first_agent, IntroAgent)


async def test_a_caller_whose_story_broke_off_is_offered_to_go_on() -> None:
    call = Call(somebody())
    call.records.story = Unfinished("before", Thread(name="Maria", location="Lisbon"))
    talk = await call.carry()
    assert isinstance(talk.first_agent, ReturningAgent)
    assert talk.session.userdata.story == StoryData("Maria", "Lisbon")


async def test_where_the_carrier_doubts_the_number_they_are_once_they_have_said_the_name() -> None:
    call = Call(somebody(attributes=CALLER | {"storyline.attestation": "B"}))
    call.records.story = Unfinished("before", Thread(name="Maria", location="Lisbon"))
    talk = await call.carry()
    assert isinstance(talk.first_agent, IntroAgent)
    conversation = talk.session.userdata
    assert isinstance(await conversation.reunite(StoryData("Maria", "Porto")), ReturningAgent)
    assert conversation.is_offered


async def test_only_sound_is_asked_for() -> None:
    call = Call(somebody())
    await call.carry()
    assert call.job.connected == [{"auto_subscribe": AutoSubscribe.AUDIO_ONLY}]


async def test_who_calls_whom_is_written_down() -> None:
    call = Call(somebody())
    await call.carry()
    assert call.recorder.changes == {
        "direction": Direction.INBOUND,
        "from_number": "+12025550123",
        "to_number": "+12025550100",
        "sip_call_id": "SCL_1",
    }


async def test_what_is_no_number_is_written_down_as_it_came() -> None:
    call = Call(somebody(attributes=CALLER | {"sip.phoneNumber": "reception"}))
    await call.carry()
    assert call.recorder.changes["from_number"] == "reception"


@pytest.mark.parametrize(("shown", "is_kept"), [("+12025550123", True), ("anonymous", False)])
async def test_a_story_is_kept_only_for_who_can_be_known_again(shown: str, is_kept: bool) -> None:
    call = Call(somebody(attributes=ATTESTED | {"sip.phoneNumber": shown}))
    call.call._keeper._before = Thread(name="Maria", location="Lisbon")
    await call.carry()
    call.call.ending.set(EndReason.CALLER_HUNG_UP)
    await call.call.finish()
    assert (call.records.settled, call.records.dropped) == (is_kept, not is_kept)


@pytest.mark.parametrize("hidden", ["", "anonymous"])
async def test_a_hidden_number_is_none(hidden: str) -> None:
    call = Call(somebody(attributes=CALLER | {"sip.phoneNumber": hidden}))
    await call.carry()
    assert call.recorder.changes["from_number"] is None


async def test_a_national_number_is_one_of_the_region_that_was_set() -> None:
    national = {"sip.ruleID": "SDR_1", "sip.phoneNumber": "2025550123"}
    call = Call(somebody(attributes=national), STORYLINE_REGION="US")
    await call.carry()
    assert call.recorder.changes["from_number"] == "+12025550123"


async def test_a_telephone_that_is_active_can_hear_us_at_once() -> None:
    call = Call()
    comes(call, somebody())
    talk = await call.carry()
    assert talk.line.identity == "caller"
    assert talk.line.on_telephone
    assert talk.line.answered


async def test_a_telephone_that_rings_does_not_hear_us_yet() -> None:
    call = Call()
    comes(call, somebody(attributes=CALLER | {"sip.callStatus": "ringing"}))
    assert not (await call.carry()).line.answered


async def test_a_browser_hears_us_at_once_and_has_no_number() -> None:
    call = Call(somebody(BROWSER, {}))
    talk = await call.carry()
    assert not talk.line.on_telephone
    assert talk.line.answered
    assert call.recorder.changes["direction"] is Direction.WEB
    assert call.recorder.changes["from_number"] is None


async def test_a_caller_who_does_not_come_is_waited_for_ten_seconds() -> None:
    call = Call()
    await call.call.carry()
    assert now_s() == 10
    assert call.call.ending.reason is EndReason.NEVER_ANSWERED
    assert call.call.ending.error == "no caller came into the room"
    assert FakeTalk.made == []


async def test_a_caller_who_had_left_before_us_is_not_waited_for() -> None:
    call = Call(RuntimeError("room disconnected"))
    await call.call.carry()
    assert now_s() == 0
    assert call.call.ending.reason is EndReason.NEVER_ANSWERED
    assert call.call.ending.error == "the caller had left before we came"


async def test_a_caller_whom_the_carrier_vouches_for_may_have_the_number_blocked() -> None:
    call = Call(somebody(attributes=ATTESTED))
    talk = await call.carry()
    assert await talk.block()
    assert call.records.blocked == [("+12025550123", BlockedBy.CALLEE)]
    assert "error" not in call.recorder.changes


async def test_a_number_that_anybody_may_have_written_is_noted_and_not_blocked() -> None:
    call = Call(somebody())
    talk = await call.carry()
    assert not await talk.block()
    assert call.records.blocked == []
    assert "asked never to be called again" in call.recorder.changes["error"]


async def test_a_caller_for_whom_there_is_no_place_is_not_talked_with() -> None:
    call = Call(somebody())
    call.records.refuses = Refusal(Limit.CALLER_PER_DAY, times=3)
    await call.call.carry()
    assert FakeTalk.made == []
    assert call.call.ending.reason is EndReason.LIMIT_REACHED
    assert call.recorder.changes["from_number"] == "+12025550123", "the limits count it"


async def test_the_line_is_followed_before_anybody_has_come() -> None:
    call = Call()
    carrying = asyncio.create_task(call.call.carry())
    await asyncio.sleep(1)
    call.job.room.close(rtc.DisconnectReason.ROOM_DELETED)
    assert call.call.ending.reason is EndReason.NEVER_ANSWERED
    carrying.cancel()
    await asyncio.wait({carrying})


# --- somebody who is remembered -------------------------------------------------------------------


async def meet(attributes: dict[str, str], **environ: str) -> FakeTalk:
    call = Call(somebody(attributes=attributes), **environ)
    call.records.remembered["+12025550123"] = (remembered(told("lighthouse")),)
    return await call.carry()


async def test_a_number_that_is_vouched_for_is_met_as_who_called_before() -> None:
    talk = await meet(ATTESTED)
    assert "Maria" in str(talk.first_agent.instructions)
    assert talk.conversation.past.told == ("lighthouse",)


@pytest.mark.parametrize("attestation", [{}, {"storyline.attestation": "B"}])
async def test_a_number_that_may_be_forged_is_asked_for_the_name(
    attestation: dict[str, str],
) -> None:
    talk = await meet(CALLER | attestation)
    assert "Maria" not in str(talk.first_agent.instructions)
    assert talk.conversation.past.who_is("Maria") is not None


@pytest.mark.parametrize(
    ("attributes", "environ"),
    [
        (ATTESTED | {"sip.phoneNumber": "anonymous"}, {}),
        (ATTESTED, {"STORYLINE_MEMORY": "never"}),
    ],
)
async def test_nobody_is_known_or_asked_without_a_number_or_against_the_setting(
    attributes: dict[str, str], environ: dict[str, str]
) -> None:
    talk = await meet(attributes, **environ)
    assert talk.conversation.past.people == ()
    assert not talk.conversation.memory.may_ask
