"""Whoever left while we were on the way into their room is not waited for."""

import asyncio
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from livekit import api
from livekit.protocol.models import ParticipantInfo

from bot.call.safety.meeting import NobodyThere, meet
from tests.bot.call.fake_job import FakeJob
from tests.bot.talk.fakes import now_s

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

CALLER: Any = SimpleNamespace(identity="caller")
AGENT, TELEPHONE = ParticipantInfo.Kind.AGENT, ParticipantInfo.Kind.SIP
GONE = api.ServerError("not_found", "no such room", status=404)
# So long LiveKit's client waits for a room that was closed on it.
HANGS_S = 15.0


def job(connecting_s: float = 0.3, *, people: tuple[int, ...] = ()) -> FakeJob:
    made = FakeJob()
    made.connecting_s = connecting_s
    made.meets = CALLER
    made.api.people = [ParticipantInfo(kind=kind) for kind in people]  # type: ignore[arg-type]
    return made


async def test_a_caller_who_waits_is_met_as_soon_as_we_are_connected() -> None:
    waits = job()
    assert await meet(waits.ctx, limit_s=10) is CALLER
    assert now_s() == pytest.approx(0.3)
    assert waits.api.questions == 0


@pytest.mark.parametrize("people", [(), (AGENT,)])
async def test_a_room_that_is_closed_while_we_connect_is_left(people: tuple[int, ...]) -> None:
    with pytest.raises(NobodyThere, match="left while we were connecting"):
        await meet(job(HANGS_S, people=people).ctx, limit_s=10)
    assert now_s() == pytest.approx(3)


async def test_a_room_of_which_livekit_knows_nothing_is_left() -> None:
    closed = job(HANGS_S)
    closed.api.error = GONE
    with pytest.raises(NobodyThere):
        await meet(closed.ctx, limit_s=10)


async def test_nothing_runs_on_for_a_room_that_was_left() -> None:
    with pytest.raises(NobodyThere):
        await meet(job(HANGS_S).ctx, limit_s=10)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_caller_who_waits_is_waited_for_however_slow_the_connection_is() -> None:
    assert await meet(job(12, people=(TELEPHONE,)).ctx, limit_s=10) is CALLER


async def test_a_room_that_fills_meanwhile_is_not_left() -> None:
    fills = job(8)
    fills_at = asyncio.get_running_loop().call_later
    fills_at(2.5, fills.api.people.append, ParticipantInfo(kind=TELEPHONE))
    assert await meet(fills.ctx, limit_s=10) is CALLER


@pytest.mark.parametrize(
    "error", [api.ServerError("internal", "no store", status=500), aiohttp.ClientError()]
)
async def test_a_livekit_that_does_not_say_is_no_proof(error: Exception) -> None:
    slow = job(12)
    slow.api.error = error
    assert await meet(slow.ctx, limit_s=10) is CALLER


async def test_a_connection_that_fails_says_why() -> None:
    fails = job()

    async def connect(**_: Any) -> None:
        raise ConnectionError("refused")

    fails.connect = connect  # type: ignore[method-assign]
    with pytest.raises(ConnectionError, match="refused"):
        await meet(fails.ctx, limit_s=10)
