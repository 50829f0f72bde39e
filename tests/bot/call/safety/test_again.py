"""A job that was asked for again stays only when nobody else is there or on the way."""

import asyncio
from typing import Any, cast

import aiohttp
import pytest
from livekit import api
from livekit.protocol.agent import Job, JobState, JobStatus
from livekit.protocol.models import ParticipantInfo

from bot.call.safety.again import ASKED_AGAIN, is_needed
from tests.bot.call.fake_job import FakeJob
from tests.bot.talk.fakes import now_s

pytestmark = pytest.mark.unit

RUNS, PENDING, FAILED = JobStatus.JS_RUNNING, JobStatus.JS_PENDING, JobStatus.JS_FAILED


def asked(
    name: str,
    at: int,
    status: int | None = RUNS,
    metadata: str = ASKED_AGAIN,
) -> api.AgentDispatch:
    jobs = (
        [] if status is None else [Job(id=f"AJ_{name}", state=JobState(status=cast(Any, status)))]
    )
    dispatch = api.AgentDispatch(id=name, metadata=metadata)
    dispatch.state.created_at = at
    dispatch.state.jobs.extend(jobs)
    return dispatch


async def needed(
    *dispatches: api.AgentDispatch,
    people: tuple[int, ...] = (ParticipantInfo.Kind.SIP,),
    error: Exception | None = None,
) -> bool:
    job = FakeJob(metadata=ASKED_AGAIN)  # its own dispatch is AD_1
    job.api.dispatches = list(dispatches)
    job.api.people = [ParticipantInfo(kind=cast(Any, kind)) for kind in people]
    job.api.error = error
    return await is_needed(job.ctx)


async def test_alone_with_the_caller_it_is_needed() -> None:
    assert await needed(asked("AD_1", 5))


async def test_for_a_caller_who_has_left_it_is_not() -> None:
    assert not await needed(asked("AD_1", 5), people=())


async def test_with_another_storyteller_in_the_room_it_is_not() -> None:
    assert not await needed(asked("AD_1", 5), people=(ParticipantInfo.Kind.AGENT,))


@pytest.mark.parametrize("status", [RUNS, PENDING])
async def test_of_several_that_were_asked_for_the_first_stays(
    status: int,
) -> None:
    assert await needed(asked("AD_1", 5), asked("AD_2", 6, status))
    assert not await needed(asked("AD_1", 5), asked("AD_0", 4, status))


async def test_asked_for_in_the_same_moment_the_name_decides() -> None:
    assert await needed(asked("AD_1", 5), asked("AD_2", 5))
    assert not await needed(asked("AD_1", 5), asked("AD_0", 5))


@pytest.mark.parametrize("status", [FAILED, None])
async def test_one_that_never_came_about_is_not_waited_for(
    status: int | None,
) -> None:
    assert await needed(asked("AD_1", 5), asked("AD_0", 4, status))


async def test_the_job_that_was_asked_for_at_first_does_not_count() -> None:
    assert await needed(asked("AD_1", 5), asked("AD_0", 4, metadata=""))


async def test_its_own_dispatch_counts_before_its_job_is_under_way() -> None:
    assert await needed(asked("AD_1", 5, None), asked("AD_2", 6))


async def test_a_dispatch_that_livekit_has_forgotten_is_no_reason_to_leave() -> None:
    assert await needed()


@pytest.mark.parametrize(
    "error",
    [api.ServerError("internal", "x", status=500), aiohttp.ClientError(), TimeoutError()],
    ids=lambda error: type(error).__name__,
)
async def test_a_livekit_that_does_not_say_is_taken_for_a_yes(error: Exception) -> None:
    assert await needed(people=(ParticipantInfo.Kind.AGENT,), error=error)


@pytest.mark.looptime
@pytest.mark.asyncio(loop_scope="function")
async def test_a_livekit_that_never_answers_keeps_no_caller_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(*_: object) -> None:
        await asyncio.sleep(3600)

    job = FakeJob(metadata=ASKED_AGAIN)
    monkeypatch.setattr(job.api, "list_participants", never)
    assert await is_needed(job.ctx)
    assert now_s() == 2
