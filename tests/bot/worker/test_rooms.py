"""LiveKit's rooms as the watch sees them: who is there, whose room it is, who answers."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from livekit import api
from livekit.protocol.agent import Job, JobState, JobStatus
from livekit.protocol.models import ParticipantInfo, Room

from bot.call.safety.again import ASKED_AGAIN
from bot.call.safety.pings import PING_TOPIC, PONG
from bot.call.takeover.asked import Asked, read_asked
from bot.orders.ticket import write_ticket
from bot.worker import rooms as module
from bot.worker.rooms import Rooms
from bot.worker.sights.orphans import Sight, Standing
from bot.worker.signs.answers import Answer
from sip.errors import HangUpFailed
from tests.bot.talk.fakes import now_s

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

Kind, State = ParticipantInfo.Kind, ParticipantInfo.State
ROOM, JOB = "call-1", "AJ_1"


def somebody(
    kind: int, identity: str = "x", *, gone: bool = False, **attributes: str
) -> ParticipantInfo:
    return ParticipantInfo(
        identity=identity,
        kind=cast(Any, kind),
        state=State.DISCONNECTED if gone else State.ACTIVE,
        attributes={name.replace("_", "."): value for name, value in attributes.items()},
    )


def telephone(status: str = "active", **more: Any) -> ParticipantInfo:
    return somebody(Kind.SIP, sip_callStatus=status, **more)


AGENT = somebody(Kind.AGENT, f"agent-{JOB}")


@dataclass
class FakeLiveKit:
    """LiveKit's API: people by room, dispatches, and an agent that answers after `pong_s`."""

    people: dict[str, list[ParticipantInfo]] = field(default_factory=dict)
    dispatches: list[api.AgentDispatch] = field(default_factory=list)
    no_dispatches: Exception | None = None
    asked: list[api.CreateAgentDispatchRequest] = field(default_factory=list)
    opened: list[api.CreateRoomRequest] = field(default_factory=list)
    closes_meanwhile: bool = False
    pings: list[Any] = field(default_factory=list)
    pong_s: float | None = None
    question_s: float = 0.0
    questions_at_once: int = 0
    most_at_once: int = 0
    delete_fails: str = ""
    removed: list[str] = field(default_factory=list)

    @property
    def room(self) -> "FakeLiveKit":
        return self

    @property
    def agent_dispatch(self) -> "FakeLiveKit":
        return self

    async def list_rooms(self, request: api.ListRoomsRequest) -> api.ListRoomsResponse:
        names = [each for each in self.people if each in request.names or not request.names]
        opened = len(self.opened)
        rooms = [Room(name=name, sid=f"RM_{name}" + "+" * opened) for name in names]
        return api.ListRoomsResponse(rooms=rooms)

    async def create_room(self, request: api.CreateRoomRequest) -> None:
        self.opened.append(request)
        self.people[request.name] = []

    async def list_participants(self, request: Any) -> api.ListParticipantsResponse:
        self.questions_at_once += 1
        self.most_at_once = max(self.most_at_once, self.questions_at_once)
        await asyncio.sleep(self.question_s)
        self.questions_at_once -= 1
        return api.ListParticipantsResponse(participants=self.people.get(request.room, []))

    async def list_dispatch(self, _: str) -> list[api.AgentDispatch]:
        if self.no_dispatches is not None:
            raise self.no_dispatches
        return self.dispatches

    async def create_dispatch(self, request: api.CreateAgentDispatchRequest) -> None:
        self.asked.append(request)
        if self.closes_meanwhile or request.room not in self.people:
            await self.create_room(api.CreateRoomRequest(name=request.room))

    async def send_data(self, request: Any) -> None:
        self.pings.append(request)
        if self.pong_s is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(self.pong_s, self._pong, request.data.decode())

    def _pong(self, word: str) -> None:
        for each in self.people[ROOM]:
            if each.kind == Kind.AGENT:
                each.attributes[PONG] = word

    async def remove_participant(self, request: Any) -> None:
        if request.identity not in {each.identity for each in self.people.get(request.room, [])}:
            raise api.ServerError("not_found", "nobody of that name", status=404)
        self.removed.append(request.identity)

    async def delete_room(self, request: Any) -> None:
        if self.delete_fails:
            raise api.ServerError(self.delete_fails, "no", status=400)
        if self.people.pop(request.room, None) is None:
            raise api.ServerError("not_found", "no such room", status=404)


def a_dispatch(
    *, agent: str = "echo", metadata: str = "", status: int | None = None, job: str = ""
) -> api.AgentDispatch:
    dispatch = api.AgentDispatch(agent_name=agent, metadata=metadata)
    if status is not None:
        dispatch.state.jobs.append(Job(id=job, state=JobState(status=cast(Any, status))))
    return dispatch


def seen_by(livekit: FakeLiveKit) -> Rooms:
    return Rooms(cast(Any, livekit), "echo")


# --- who is there ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "has_telephone", "is_answered", "has_agent", "is_empty"),
    [
        ([], False, False, False, True),
        ([telephone(gone=True)], False, False, False, True),
        ([telephone()], True, True, False, False),
        ([telephone("ringing")], True, False, False, False),
        ([telephone("dialing"), AGENT], True, False, True, False),
        ([telephone("hangup")], False, False, False, False),
        ([telephone(gone=True), AGENT], False, False, True, False),
        ([telephone(), somebody(Kind.AGENT, gone=True)], True, True, False, False),
        ([telephone("ringing"), telephone()], True, True, False, False),
        ([somebody(Kind.STANDARD)], False, False, False, False),
    ],
)
async def test_a_room_is_seen_as_it_is(
    people: list[ParticipantInfo],
    has_telephone: bool,
    is_answered: bool,
    has_agent: bool,
    is_empty: bool,
) -> None:
    [sight] = await seen_by(FakeLiveKit({ROOM: people})).look()
    assert sight == Sight(ROOM, f"RM_{ROOM}", has_telephone, is_answered, has_agent, is_empty)


async def test_of_many_rooms_a_few_are_asked_about_at_once() -> None:
    livekit = FakeLiveKit({f"call-{n}": [telephone()] for n in range(10)}, question_s=1)
    assert len(await seen_by(livekit).look()) == 10
    assert livekit.most_at_once == 4
    assert now_s() == 3


# --- whose room it is -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dispatches", "standing"),
    [
        ([], Standing.STRANGE),
        ([a_dispatch(agent="other")], Standing.STRANGE),
        ([a_dispatch()], Standing.TAKEN),
        ([a_dispatch(), a_dispatch(metadata=ASKED_AGAIN)], Standing.TAKEN),
        ([a_dispatch(metadata=write_ticket("one"))], Standing.PLACED),
        ([a_dispatch(), a_dispatch(metadata=write_ticket("one"))], Standing.PLACED),
        ([a_dispatch(agent="other", metadata=write_ticket("one"))], Standing.STRANGE),
    ],
)
async def test_a_room_is_known_by_what_was_asked_for_in_it(
    dispatches: list[api.AgentDispatch], standing: Standing
) -> None:
    assert await seen_by(FakeLiveKit(dispatches=dispatches)).standing(ROOM) is standing


@pytest.mark.parametrize(
    ("dispatch", "is_coming"),
    [
        (a_dispatch(status=JobStatus.JS_PENDING), True),
        (a_dispatch(status=JobStatus.JS_RUNNING), True),
        (a_dispatch(status=JobStatus.JS_FAILED), False),
        (a_dispatch(status=JobStatus.JS_SUCCESS), False),
        (a_dispatch(), False),
        (a_dispatch(agent="other", status=JobStatus.JS_RUNNING), False),
    ],
)
async def test_only_a_job_of_ours_that_is_under_way_is_coming(
    dispatch: api.AgentDispatch, is_coming: bool
) -> None:
    assert await seen_by(FakeLiveKit(dispatches=[dispatch])).is_coming(ROOM) is is_coming


async def test_asked_for_again_the_job_knows_that_it_was() -> None:
    livekit = FakeLiveKit({ROOM: [telephone("ringing")]})
    await seen_by(livekit).ask_again(ROOM)
    [request] = livekit.asked
    assert (request.agent_name, request.room, request.metadata) == ("echo", ROOM, ASKED_AGAIN)
    assert ROOM in livekit.people


async def test_nobody_is_asked_into_a_room_that_is_gone() -> None:
    livekit = FakeLiveKit()
    await seen_by(livekit).ask_again(ROOM)
    assert livekit.asked == livekit.opened == []


async def test_a_room_that_was_closed_in_the_moment_of_asking_is_not_left_open() -> None:
    livekit = FakeLiveKit({ROOM: [telephone("ringing")]}, closes_meanwhile=True)
    await seen_by(livekit).ask_again(ROOM)
    assert [each.name for each in livekit.opened] == [ROOM]
    assert livekit.people == {}


@pytest.mark.parametrize(("code", "is_served"), [("unavailable", False), ("not_found", None)])
async def test_a_room_is_served_unless_nobody_answers_for_it(
    code: str, is_served: bool | None
) -> None:
    livekit = FakeLiveKit({ROOM: []})
    assert await seen_by(livekit).is_served(ROOM)
    livekit.no_dispatches = api.ServerError(code, "no", status=503)
    if is_served is None:
        with pytest.raises(api.ServerError):
            await seen_by(livekit).is_served(ROOM)
    else:
        assert await seen_by(livekit).is_served(ROOM) is is_served


async def test_a_room_is_opened_for_nobody_to_be_cleared_away() -> None:
    livekit = FakeLiveKit({ROOM: []})
    await seen_by(livekit).clear(ROOM)
    [opened] = livekit.opened
    assert [agent.agent_name for agent in opened.agents] == ["storyline-nobody"]
    assert livekit.people == {}


# --- hanging up -----------------------------------------------------------------------------------


async def test_a_room_that_we_deleted_stays_hung_up() -> None:
    rooms = seen_by(FakeLiveKit({ROOM: [telephone()]}))
    assert await rooms.hang_up(ROOM)
    assert await rooms.hang_up(ROOM), "LiveKit knows it no more because it is gone"


async def test_a_room_that_livekit_never_knew_proves_nothing() -> None:
    assert not await seen_by(FakeLiveKit()).hang_up(ROOM)


async def test_a_room_that_cannot_be_deleted_is_an_error() -> None:
    rooms = seen_by(FakeLiveKit({ROOM: []}, delete_fails="permission_denied"))
    with pytest.raises(HangUpFailed):
        await rooms.hang_up(ROOM)


async def test_only_so_many_deleted_rooms_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 2)
    names = ["a", "b", "c"]
    rooms = seen_by(FakeLiveKit({name: [] for name in names}))
    for name in names:
        await rooms.hang_up(name)
    assert [await rooms.hang_up(name) for name in names] == [False, True, True]


# --- does it live? --------------------------------------------------------------------------------


async def test_a_job_that_answers_lives() -> None:
    livekit = FakeLiveKit({ROOM: [telephone(), _agent()]}, pong_s=0.5)
    assert await seen_by(livekit).ask(ROOM, JOB) is Answer.LIVES
    assert now_s() == pytest.approx(0.6), "seen at the next look"


async def test_a_job_that_does_not_answer_within_eight_tenths_of_a_second_is_silent() -> None:
    livekit = FakeLiveKit({ROOM: [_agent()]})
    assert await seen_by(livekit).ask(ROOM, JOB) is Answer.SILENT
    assert now_s() == pytest.approx(0.8)


async def test_every_ping_asks_for_a_word_of_its_own() -> None:
    livekit = FakeLiveKit({ROOM: [_agent()]})
    for _ in range(2):
        await seen_by(livekit).ask(ROOM, JOB)
    first, second = livekit.pings
    assert first.topic == second.topic == PING_TOPIC
    assert first.data != second.data


async def test_an_old_answer_is_none() -> None:
    agent = _agent()
    agent.attributes[PONG] = "yesterday's"
    assert await seen_by(FakeLiveKit({ROOM: [agent]})).ask(ROOM, JOB) is Answer.SILENT


@pytest.mark.parametrize("job_id", [None, "AJ_2"])
async def test_a_job_that_is_not_in_the_room_is_not_asked(job_id: str | None) -> None:
    livekit = FakeLiveKit({ROOM: [_agent()]}, pong_s=0.1)
    assert await seen_by(livekit).ask(ROOM, job_id) is Answer.SILENT
    assert livekit.pings == []
    assert now_s() == 0


async def test_a_person_with_the_name_of_a_job_is_no_job() -> None:
    livekit = FakeLiveKit({ROOM: [somebody(Kind.STANDARD, f"agent-{JOB}")]}, pong_s=0.1)
    assert await seen_by(livekit).ask(ROOM, JOB) is Answer.SILENT


async def test_a_job_that_leaves_while_it_is_asked_is_gone() -> None:
    livekit = FakeLiveKit({ROOM: [_agent()]})
    asyncio.get_running_loop().call_later(0.3, livekit.people[ROOM].clear)
    assert await seen_by(livekit).ask(ROOM, JOB) is Answer.SILENT
    assert now_s() == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("status", "job", "answer"),
    [
        (JobStatus.JS_FAILED, JOB, Answer.ENDED),
        (JobStatus.JS_SUCCESS, JOB, Answer.ENDED),
        (JobStatus.JS_RUNNING, JOB, Answer.SILENT),
        (JobStatus.JS_FAILED, "AJ_another", Answer.SILENT),
    ],
)
async def test_a_job_is_over_for_sure_when_livekit_knows_it(
    status: int, job: str, answer: Answer
) -> None:
    livekit = FakeLiveKit({ROOM: [_agent()]}, [a_dispatch(status=status, job=job)])
    assert await seen_by(livekit).ask(ROOM, JOB) is answer


@pytest.mark.parametrize("is_there", [True, False])
async def test_a_room_of_whose_jobs_livekit_says_nothing_is_silent(is_there: bool) -> None:
    """Seen of a room that is gone: 503, no response from servers."""
    livekit = FakeLiveKit({ROOM: [_agent()]} if is_there else {})
    livekit.no_dispatches = api.ServerError("unavailable", "no response", status=503)
    assert await seen_by(livekit).ask(ROOM, JOB) is Answer.SILENT


async def test_a_job_that_answers_lives_whatever_livekit_believes_of_it() -> None:
    over = a_dispatch(status=JobStatus.JS_FAILED, job=JOB)
    livekit = FakeLiveKit({ROOM: [_agent()]}, [over], pong_s=0.5)
    assert await seen_by(livekit).ask(ROOM, JOB) is Answer.LIVES


def _agent() -> ParticipantInfo:
    return somebody(Kind.AGENT, f"agent-{JOB}")


# --- another job goes on --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "is_there"),
    [
        ([telephone()], True),
        ([somebody(Kind.STANDARD)], True),
        ([telephone("hangup"), AGENT], False),
        ([AGENT], False),
        ([], False),
    ],
)
async def test_nobody_goes_on_without_a_caller(
    people: list[ParticipantInfo], is_there: bool
) -> None:
    assert await seen_by(FakeLiveKit({ROOM: people})).has_caller(ROOM) is is_there


async def test_the_dead_job_is_put_out_before_another_one_is_asked_for() -> None:
    livekit = FakeLiveKit({ROOM: [telephone(), _agent()]})
    await seen_by(livekit).take_over(ROOM, JOB, "a call", "takeover-1")
    assert livekit.removed == [f"agent-{JOB}"]
    [asked] = livekit.asked
    assert (asked.agent_name, asked.room) == ("echo", ROOM)
    assert read_asked(asked.metadata) == Asked("a call", "takeover-1")


@pytest.mark.parametrize("old", [JOB, "takeover-0", None])
async def test_a_dead_job_that_has_left_already_keeps_nobody_from_coming(old: str | None) -> None:
    livekit = FakeLiveKit({ROOM: [telephone()]})
    await seen_by(livekit).take_over(ROOM, old, "a call", "takeover-1")
    assert livekit.removed == []
    assert len(livekit.asked) == 1


async def test_a_room_that_was_handed_on_is_known_by_what_was_asked_for() -> None:
    asked = a_dispatch(metadata=Asked("a call", "takeover-1").metadata)
    livekit = FakeLiveKit({ROOM: []}, dispatches=[a_dispatch(), asked])
    assert await seen_by(livekit).standing(ROOM) is Standing.HANDED_ON
