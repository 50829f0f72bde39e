"""A call that ends, in whichever way, leaves nobody connected and nothing running."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from livekit import rtc
from livekit.api import ServerError

from bot.call.closing import carry_through
from bot.call.safety.backstage import STORE_LOST
from bot.call.safety.pings import PING_TOPIC
from bot.records import EndReason
from bot.talk.floor.ending import Ending
from bot.talk.warm import Warm
from tests.bot.call.fake_job import ROOM, FakeJob, FakeRecorder
from tests.bot.settings.made import CLOUD, made
from tests.bot.talk.fakes import now_s

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

AGENT = rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
WRONG_KEYS = ServerError("unauthenticated", "wrong keys", status=401)
STORE_AWAY = ServerError("internal", "redis is away", status=500)


class Call:
    """One call with a telephone in its room."""

    def __init__(self, **environ: str) -> None:
        self.job = FakeJob(made(**environ))
        self.job.room.join()
        self.recorder = FakeRecorder()
        self.ending = Ending()

    async def through(self, carry: Callable[[], Awaitable[Any]] | None = None) -> None:
        carry = carry or self.ending.wait
        await carry_through(self.job.ctx, cast(Any, self.recorder), self.ending, carry)

    def ends(self, after_s: float, reason: EndReason = EndReason.STORY_FINISHED) -> None:
        asyncio.get_running_loop().call_later(after_s, self.ending.set, reason)


async def test_a_call_that_is_over_is_hung_up_recorded_and_left() -> None:
    call = Call()
    call.ends(12)
    await call.through()
    assert now_s() == 12
    assert call.job.api.deleted == [ROOM]
    assert call.recorder.closed == [(EndReason.STORY_FINISHED, None)]
    assert call.job.goodbyes == ["story_finished"]


async def test_nothing_runs_on_after_a_call() -> None:
    call = Call()
    call.ends(1)
    await call.through()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_fault_of_ours_ends_the_call_and_says_which() -> None:
    async def fails() -> None:
        raise ValueError("x" * 400)

    call = Call()
    await call.through(fails)
    [(reason, error)] = call.recorder.closed
    assert reason is EndReason.FAILED
    assert error is not None and error.startswith("ValueError('xxx") and len(error) == 300
    assert call.job.api.deleted == [ROOM]


async def test_what_breaks_because_the_caller_hung_up_is_no_fault(
    caplog: pytest.LogCaptureFixture,
) -> None:
    call = Call()

    async def breaks() -> None:
        call.ending.set(EndReason.CALLER_HUNG_UP)
        raise RuntimeError("no room")

    with caplog.at_level(logging.INFO):
        await call.through(breaks)
    assert call.recorder.closed == [(EndReason.CALLER_HUNG_UP, None)]
    assert [each.levelname for each in caplog.records if "broke off" in each.message] == ["INFO"]
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


async def test_work_that_stops_without_a_reason_is_a_fault() -> None:
    async def stops() -> None:
        return

    call = Call()
    await call.through(stops)
    assert call.recorder.closed == [(EndReason.FAILED, None)]


async def test_a_job_that_is_cancelled_hangs_up_before_it_goes() -> None:
    call = Call()
    carrying = asyncio.create_task(call.through())
    await asyncio.sleep(3)
    carrying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await carrying
    assert call.job.api.deleted == [ROOM]
    assert call.recorder.closed == [(EndReason.CRASHED, "the job was cancelled")]


async def test_a_call_that_cannot_be_hung_up_is_left_to_the_guardian() -> None:
    call = Call()
    call.job.room.rpc_works = False
    call.job.api.error = WRONG_KEYS
    call.ends(1)
    await call.through()
    assert call.recorder.closed == []
    assert call.recorder.left == [(EndReason.STORY_FINISHED, None)]
    assert call.job.goodbyes == ["story_finished"]


async def test_a_telephone_hangs_up_by_itself_when_the_server_refuses() -> None:
    call = Call()
    call.job.api.error = WRONG_KEYS
    call.ends(1)
    await call.through()
    assert call.job.room.asked_to_end == ["lk.sip.EndCall sip_caller"]
    assert call.recorder.closed == [(EndReason.STORY_FINISHED, None)]


async def test_a_storyteller_who_comes_second_leaves_the_caller_to_the_first() -> None:
    call = Call()
    call.job.room.join("agent-AJ_0", kind=AGENT)
    await call.through()
    assert now_s() == 0
    assert call.recorder.closed == [
        (EndReason.FAILED, "another storyteller was in the room before")
    ]
    assert call.job.api.deleted == []
    assert set(call.job.room.remote_participants) == {"sip_caller", "agent-AJ_0"}


async def test_a_connection_that_stays_away_ends_the_call_after_six_seconds() -> None:
    call = Call()
    asyncio.get_running_loop().call_later(2, call.job.room.lose)
    await call.through()
    assert now_s() == 8
    assert call.recorder.closed[0][0] is EndReason.FAILED


async def test_a_connection_lost_at_the_very_end_brings_no_late_reason() -> None:
    call = Call()
    loop = asyncio.get_running_loop()
    loop.call_later(1, call.job.room.lose)
    call.ends(2)
    await call.through()
    await asyncio.sleep(10)
    assert call.ending.reason is EndReason.STORY_FINISHED


async def test_a_lost_store_ends_a_call_on_a_server_of_ones_own() -> None:
    call = Call()
    call.job.api.error = STORE_AWAY
    await call.through()
    assert now_s() == 6  # three questions, two seconds apart
    assert call.job.room.asked_to_end == ["lk.sip.EndCall sip_caller"]
    assert call.job.api.questions == 3, "a server without its store is not asked to hang up"
    assert call.recorder.closed == [(EndReason.FAILED, STORE_LOST)]


async def test_nobody_asks_livekit_cloud_about_its_store() -> None:
    call = Call(LIVEKIT_URL=CLOUD)
    call.ends(60)
    await call.through()
    assert call.job.api.questions == 1, "only to hang up"


async def test_a_call_answers_when_it_is_asked_whether_it_lives() -> None:
    call = Call()
    call.ends(2)
    packet = SimpleNamespace(topic=PING_TOPIC, participant=None, data=b"word")
    asyncio.get_running_loop().call_later(1, call.job.room.emit, "data_received", packet)
    await call.through()
    assert call.job.room.attributes == {"storyline.pong": "word"}


class NotedTracing:
    """Notes which call was under way when it was told of something."""

    def __init__(self) -> None:
        self.call_id = ""
        self.told: list[tuple[str, dict[str, Any]]] = []

    @contextmanager
    def call(self, call_id: str) -> Iterator[None]:
        self.call_id = call_id
        yield
        self.call_id = ""

    def tell(self, facts: dict[str, Any]) -> None:
        self.told.append((self.call_id, facts))


async def test_a_traced_call_says_how_it_ended_before_its_span_does() -> None:
    call, tracing = Call(), NotedTracing()
    process = cast(Any, call.job.proc)
    replace(Warm.of(process), tracing=cast(Any, tracing)).keep(process)
    call.ends(1, EndReason.SILENCE)
    await call.through()
    facts = {"direction": "inbound", "agent_reached": "intro", "end_reason": "silence", "turns": 3}
    assert tracing.told == [("one", facts)]
    assert call.recorder.closed == [(EndReason.SILENCE, None)]


# --- another process has the call -----------------------------------------------------------------


async def test_a_process_that_was_stuck_leaves_its_call_without_a_word() -> None:
    call = Call()
    asyncio.get_running_loop().call_later(5, call.recorder.lost.set)
    await call.through()
    assert now_s() == 5
    assert call.job.api.deleted == []
    assert call.job.goodbyes == ["failed"]


async def test_one_that_wakes_up_to_its_end_looks_first_whose_call_it_is() -> None:
    async def ends_and_is_lost() -> None:
        call.ending.set(EndReason.CALLER_HUNG_UP)
        call.recorder.lost.set()

    call = Call()
    await call.through(ends_and_is_lost)
    assert call.job.api.deleted == []


@pytest.mark.parametrize("comes", [True, False])
async def test_a_job_whose_worker_has_died_hangs_up_only_if_nobody_goes_on(comes: bool) -> None:
    async def pass_on() -> bool:
        return comes

    call = Call()
    through = carry_through(
        call.job.ctx, cast(Any, call.recorder), call.ending, call.ending.wait, pass_on=pass_on
    )
    task = asyncio.create_task(through)
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.wait({task})
    assert call.job.api.deleted == ([] if comes else [ROOM])


async def test_a_call_that_has_a_reason_to_end_is_not_passed_on() -> None:
    async def pass_on() -> bool:
        raise AssertionError("asked")

    async def ends() -> None:
        call.ending.set(EndReason.STORY_FINISHED)
        raise asyncio.CancelledError

    call = Call()
    with pytest.raises(asyncio.CancelledError):
        await carry_through(
            call.job.ctx, cast(Any, call.recorder), call.ending, ends, pass_on=pass_on
        )
    assert call.recorder.closed == [(EndReason.STORY_FINISHED, None)]


async def test_whoever_takes_over_is_not_shy_of_the_dead_one_in_the_room() -> None:
    call = Call()
    call.job.room.join("agent-AJ_0", kind=AGENT)
    call.ends(10)
    await carry_through(
        call.job.ctx, cast(Any, call.recorder), call.ending, call.ending.wait, takes_over=True
    )
    assert now_s() == 10
    assert call.job.api.deleted == [ROOM]
