"""A job goes on with a call: the same record, the same story, and nobody is dialled."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
from livekit import rtc

from agents.conversation import Conversation
from agents.prompts import load_prompt
from agents.returning import ReturningAgent
from agents.stories import load_premises
from agents.story import StoryData
from bot.call.entry import take_call
from bot.call.takeover import taken_over as module
from bot.call.takeover.asked import Asked
from bot.call.takeover.echoes import IntroGoesOn, StoryGoesOn
from bot.records import Direction, EndReason, OrderState, Records, utc_now
from bot.records.diary import EventKind
from bot.records.thread import Said, Thread
from bot.talk.clips import Clip
from sip.calls.outcome import Outcome
from tests.bot.call.fake_job import ROOM, FakeJob
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import NOON, a_call
from tests.bot.settings.made import CLOUD, made

pytestmark = pytest.mark.unit

SIP = rtc.ParticipantKind.PARTICIPANT_KIND_SIP
PREMISE = load_premises()[0]
CALL = a_call(job_id="AJ_0", room_name=ROOM, turns=4, answered_at=NOON)
STORY = Thread(
    said=(Said(True, "Left, or right?", True),),
    name="Peter",
    location="Berlin",
    premise=PREMISE.id,
)


class FakeTalk:
    """A conversation that is over when it has begun."""

    made: ClassVar[list["FakeTalk"]] = []

    def __init__(self, *around: Any, **rest: Any) -> None:
        _, self.settings, _, self.line, self.ending = around
        self.continued, self.block = rest["first_agent"], rest["block"]
        self.conversation = Conversation(line=cast(Any, None), story=self.continued.story)
        self.session = SimpleNamespace(userdata=self.conversation)
        FakeTalk.made.append(self)

    async def run(self) -> None:
        self.ending.set(EndReason.STORY_FINISHED)


class FakeVoice:
    """Remembers what it was to have in its mouth."""

    prepared: ClassVar[list[str]] = []
    dropped: ClassVar[int] = 0

    def prepare(self, text: str, _: Any) -> None:
        FakeVoice.prepared.append(text)

    async def drop_prepared(self) -> None:
        FakeVoice.dropped += 1


class FakeClips:
    played: ClassVar[list[Clip]] = []

    def __init__(self, *_: Any) -> None: ...

    async def play(self, clip: Clip) -> None:
        FakeClips.played.append(clip)

    async def aclose(self) -> None: ...


MODELS = SimpleNamespace(tts=FakeVoice())


@pytest.fixture(autouse=True)
def replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeTalk.made.clear()
    FakeClips.played.clear()
    FakeVoice.prepared.clear()
    FakeVoice.dropped = 0
    monkeypatch.setattr(module, "build_models", lambda *_, **__: MODELS)
    monkeypatch.setattr(module, "Talk", FakeTalk)
    monkeypatch.setattr(module, "ClipPlayer", FakeClips)
    monkeypatch.setattr(module, "_CALLER_LIMIT_S", 0.05)


class Line:
    """A call whose process has died, and the job that is asked to go on with it."""

    def __init__(self, database: str, records: Records, call: Any = CALL) -> None:
        self.database, self.records, self.call = database, records, call
        self.job: FakeJob | None = None

    async def goes_on(
        self, thread: Thread, *, died_before: int = 0, has_caller: bool = True, ticket: str = ""
    ) -> None:
        """Let a job go on; `died_before` others have done so already."""
        await self.records.calls.save(self.call)
        await self.records.threads.keep(self.call, thread, NOON)
        for _ in range(died_before):
            taken = await self.records.threads.take(self.call.call_id, await self._ask(), "AJ_x")
            assert taken
        metadata = Asked(self.call.call_id, ticket or await self._ask()).metadata
        settings = made(DATABASE_URL=self.database, LIVEKIT_URL=CLOUD)
        self.job = FakeJob(settings, metadata=metadata)
        if has_caller:
            attributes = {"sip.callStatus": "active", "sip.ruleID": "SDR_1"}
            self.job.meets = SimpleNamespace(identity="caller", kind=SIP, attributes=attributes)
            self.job.room.join()
        await take_call(self.job.ctx)

    async def _ask(self) -> str:
        ticket = await self.records.threads.ask(await self.record(), is_certain=True)
        assert ticket is not None
        return ticket

    async def record(self) -> Any:
        found = await self.records.calls.get(self.call.call_id)
        assert found is not None
        return found


@pytest.fixture
def line(database: str, records: Records) -> Line:
    return Line(database, records)


async def test_a_story_goes_on_where_it_was_under_its_own_record(line: Line) -> None:
    await line.goes_on(STORY)
    [talk] = FakeTalk.made
    assert talk.continued.story == StoryData("Peter", "Berlin")
    assert talk.continued.premise is PREMISE
    assert isinstance(talk.continued.agent(None), StoryGoesOn)
    assert (talk.line.identity, talk.line.on_telephone) == ("caller", True)
    assert talk.line.answered
    record = await line.record()
    assert (record.end_reason, record.turns, record.job_id) == (
        EndReason.STORY_FINISHED,
        4,
        "AJ_1",
    )
    assert record.answered_at == NOON
    assert len(await line.records.calls.recent(9)) == 1


async def test_the_first_words_are_prepared_while_the_room_is_joined(line: Line) -> None:
    await line.goes_on(STORY)
    assert FakeVoice.prepared == [f"{load_prompt('lost_thread')} Left, or right?"]
    assert FakeVoice.dropped == 1
    [talk] = FakeTalk.made
    assert talk.continued.models is MODELS


async def test_of_an_offer_that_is_made_again_nothing_is(line: Line) -> None:
    await line.goes_on(replace(STORY, is_offered=True))
    assert FakeVoice.prepared == []


async def test_the_diary_says_that_another_process_went_on(line: Line) -> None:
    await line.goes_on(replace(STORY, is_recorded=True))
    diary = await line.records.diaries.of(CALL.call_id)
    kinds = [each.kind for each in diary.events]
    assert EventKind.TAKEN_OVER in kinds and EventKind.RECORDING_LOST in kinds
    assert EventKind.ANSWERED not in kinds, "the process that died has noted it"


async def test_an_offer_is_made_again_to_who_had_not_chosen(line: Line) -> None:
    await line.goes_on(replace(STORY, is_offered=True))
    [talk] = FakeTalk.made
    assert isinstance(talk.continued.agent(None), ReturningAgent)
    assert talk.continued.story is None, "nobody has handed over to the storyteller yet"
    assert talk.conversation.story == StoryData("Peter", "Berlin")
    assert talk.conversation.is_offered


async def test_an_introduction_goes_on_as_one(line: Line) -> None:
    await line.goes_on(Thread(said=(Said(True, "Who is calling?"),)))
    [talk] = FakeTalk.made
    assert talk.continued.story is None
    assert isinstance(talk.continued.agent(None), IntroGoesOn)


async def test_nothing_is_kept_when_the_call_is_over(line: Line) -> None:
    await line.goes_on(STORY)
    assert await line.records.threads.of(CALL.call_id) is None


async def test_a_second_death_is_survived(line: Line) -> None:
    await line.goes_on(STORY, died_before=1)
    assert len(FakeTalk.made) == 1
    assert FakeClips.played == []


async def test_after_a_third_death_the_goodbye_is_said_and_the_line_closed(line: Line) -> None:
    await line.goes_on(STORY, died_before=2)
    assert FakeTalk.made == []
    assert FakeClips.played == [Clip.GOODBYE]
    record = await line.record()
    assert (record.end_reason, record.error) == (
        EndReason.CRASHED,
        "the call's process died 3 times",
    )
    assert line.job is not None and line.job.api.deleted == [ROOM]


async def test_a_call_that_was_saying_goodbye_only_says_goodbye(line: Line) -> None:
    await line.goes_on(replace(STORY, is_ending=True))
    assert FakeTalk.made == []
    assert FakeClips.played == [Clip.GOODBYE]


async def test_a_ticket_that_is_void_leads_to_nothing(line: Line) -> None:
    await line.goes_on(STORY, ticket="takeover-old")
    assert FakeTalk.made == []
    assert line.job is not None
    assert line.job.goodbyes == ["not ours"]
    assert line.job.connected == [] and line.job.api.deleted == []


async def test_a_caller_who_has_hung_up_meanwhile_is_not_waited_for(line: Line) -> None:
    await line.goes_on(STORY, has_caller=False)
    assert FakeTalk.made == []
    assert (await line.record()).end_reason is EndReason.CALLER_HUNG_UP


async def test_a_database_that_is_away_makes_nobody_come(line: Line, tmp_path: Any) -> None:
    settings = made(DATABASE_URL=f"sqlite:///{tmp_path}/none/calls.db", LIVEKIT_URL=CLOUD)
    job = FakeJob(settings, metadata=Asked("one", "takeover-1").metadata)
    await take_call(job.ctx)
    assert job.goodbyes == ["not ours"]


async def test_a_call_of_ours_goes_on_and_nobody_is_dialled_again(
    database: str, records: Records
) -> None:
    order, _ = await records.orders.accept(an_order(), PLENTY)
    await records.orders.take(order.call_id, "AJ_0", utc_now())
    await records.orders.mark_ready(order.call_id)
    assert await records.orders.claim_dialling(order.call_id, utc_now())
    await records.orders.mark_answered(order.call_id, utc_now())
    call = replace(
        CALL, call_id=order.call_id, direction=Direction.OUTBOUND, to_number=order.number
    )
    line = Line(database, records, call)
    await line.goes_on(STORY)
    [talk] = FakeTalk.made
    assert talk.settings.call.max_call_s == order.max_call_s
    ended = await records.orders.get(order.call_id)
    assert ended is not None
    assert (ended.state, ended.outcome) == (OrderState.ENDED, Outcome.ANSWERED)
    assert await talk.block()
    assert await records.orders.is_blocked(order.number)
