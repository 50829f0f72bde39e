"""How often the guardian asks, how long it waits, and what it tells of a call."""

import asyncio
import json
import logging
from dataclasses import replace

import aiohttp
import pytest

from bot.logs import JsonFormatter
from bot.records import CallRecord, CallStore, EndReason
from bot.worker.reach import GONE_FOR_GOOD_S
from bot.worker.signs.answers import Answer
from tests.bot.worker.test_guardian import LEASE_S, POLL_S, World
from tests.bot.worker.test_guardian_rescues import Rescued

pytestmark = pytest.mark.unit

# One that has answered is left alone for so long.
BELIEVED_S = 5.0


def call_of_a_line() -> str:
    """The call that a line belongs to which is written now."""
    line = JsonFormatter([]).format(logging.makeLogRecord({"msg": "written now"}))
    return str(json.loads(line).get("call_id"))


def count_questions(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rooms that are asked from now on."""
    asked: list[str] = []
    ask = world.ask

    async def counted(room_name: str, job_id: str | None) -> Answer:
        asked.append(room_name)
        return await ask(room_name, job_id)

    monkeypatch.setattr(world, "ask", counted)
    world.guardian = world.another_guardian()
    return asked


@pytest.mark.parametrize("kind", [World, Rescued])
async def test_one_that_has_answered_is_not_asked_with_every_poll(
    kind: type[World], store: CallStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = kind(store)
    asked = count_questions(world, monkeypatch)
    await world.ring("mute")
    world.answering.add("mute")
    world.alive.clear()
    await world.pass_time(10)
    asked.clear()
    await world.pass_time(60)
    assert len(asked) == 60 / BELIEVED_S


async def test_one_that_is_only_suspected_is_asked_once_when_it_answers(
    store: CallStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Rescued(store)
    asked = count_questions(world, monkeypatch)
    await world.ring("slow")
    world.answering.add("slow")
    await world.pass_time(5)
    world.alive.clear()
    await world.pass_time(LEASE_S - 2)
    assert (asked, world.asked) == (["slow"], [])


@pytest.mark.parametrize("kind", [World, Rescued])
async def test_a_livekit_that_was_reached_meanwhile_is_waited_for_anew(
    kind: type[World], store: CallStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, is_away = kind(store), True
    ask = world.ask

    async def maybe(room_name: str, job_id: str | None) -> Answer:
        if is_away:
            raise aiohttp.ClientConnectionError("nobody there")
        return await ask(room_name, job_id)

    monkeypatch.setattr(world, "ask", maybe)
    world.guardian = world.another_guardian()
    await world.ring("room")
    world.answering.add("room")
    world.alive.clear()
    await world.pass_time(GONE_FOR_GOOD_S - 20)
    is_away = False
    await world.pass_time(10)
    is_away = True
    await world.pass_time(GONE_FOR_GOOD_S - 20)
    assert [call.call_id for call in await store.open_calls()] == ["room"]
    await world.pass_time(30)
    assert await store.open_calls() == []


async def test_a_livekit_that_knows_no_such_room_has_been_reached(store: CallStore) -> None:
    world = World(store)
    await world.ring("room")
    world.alive.clear()
    world.broken_rooms.add("room")
    await world.pass_time(GONE_FOR_GOOD_S - 20)
    world.broken_rooms.clear()
    world.unknown_rooms.add("room")
    await world.pass_time(10)
    world.broken_rooms.add("room")
    await world.pass_time(30)
    assert [call.call_id for call in await store.open_calls()] == ["room"]


async def test_while_somebody_is_asked_to_go_on_nobody_else_is(
    store: CallStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, answers = Rescued(store), asyncio.Event()
    go_on = world.go_on

    async def slow(call: CallRecord, *, is_certain: bool = False) -> bool:
        done = await go_on(call, is_certain=is_certain)
        await answers.wait()
        return done

    monkeypatch.setattr(world, "go_on", slow)
    call = await world.ring("room")
    world.jobs = {call.job_id or ""}
    await world.guardian.poll()
    world.jobs = set()
    for _ in range(3):
        await world.guardian.poll()
        await asyncio.sleep(0)
    assert world.asked == [("room", True)]
    answers.set()
    await world.guardian.settle()


async def test_a_process_that_was_seen_to_end_stays_so_until_somebody_goes_on(
    store: CallStore,
) -> None:
    world = Rescued(store)
    world.goes_on = False
    call = await world.ring("room")
    world.jobs = {call.job_id or ""}
    await world.pass_time(POLL_S)
    world.jobs = set()
    await world.pass_time(3 * POLL_S)
    assert world.asked == [("room", True)] * 3


async def test_a_process_that_was_seen_to_end_is_replaced_without_being_asked(
    store: CallStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Rescued(store)
    questions = count_questions(world, monkeypatch)
    call = await world.ring("room")
    world.answering.add("room")  # whoever answers there is not this process
    world.jobs = {call.job_id or ""}
    await world.pass_time(POLL_S)
    world.jobs = set()
    await world.pass_time(POLL_S)
    assert (questions, world.asked) == ([], [("room", True)])


async def test_a_call_that_waits_for_its_next_process_has_nobody_to_ask(
    store: CallStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Rescued(store)
    questions = count_questions(world, monkeypatch)
    call = await world.ring("room")
    world.alive.clear()
    await world.store.close_if_open(call.call_id, EndReason.CRASHED, world.wall)
    await world.store.save(replace(call, call_id="two", job_id="takeover-1", lease_until=None))
    await world.pass_time(POLL_S)
    assert (questions, world.asked) == ([], [("two", False)])


async def test_whoever_does_not_say_whether_they_go_on_is_given_up_and_it_is_said_once(
    store: CallStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world, told_for = Rescued(store), []

    async def hang(call: CallRecord, *, is_certain: bool = False) -> bool:
        told_for.append(call_of_a_line())
        return bool(await asyncio.Event().wait())

    monkeypatch.setattr("bot.worker.guardian._HANG_UP_S", 0.01)
    monkeypatch.setattr(world, "go_on", hang)
    call = await world.ring("room")
    world.jobs = {call.job_id or ""}
    await world.pass_time(POLL_S)
    world.jobs = set()
    async with asyncio.timeout(5):
        await world.pass_time(2 * POLL_S)
    assert told_for == ["room", "room"], "what is logged of it belongs to the call"
    said = [each.message for each in caplog.records]
    assert said == ["nobody could be asked to go on yet"]


async def test_a_room_that_is_missing_for_twenty_seconds_closes_the_record(
    store: CallStore, caplog: pytest.LogCaptureFixture
) -> None:
    world, asked_for = World(store), []
    hang_up = world.hang_up

    async def noted(room_name: str) -> bool:
        asked_for.append((call_of_a_line(), world.monotonic_s))
        return await hang_up(room_name)

    world.hang_up = noted  # type: ignore[method-assign]
    await world.ring("elsewhere")
    world.unknown_rooms.add("elsewhere")
    world.alive.clear()
    await world.pass_time(40)
    assert {call_id for call_id, _ in asked_for} == {"elsewhere"}
    assert asked_for[-1][1] - asked_for[0][1] == 20.0
    ended = [each.message for each in caplog.records if each.levelname == "ERROR"]
    assert ended == ["the call's process died: no such room, record closed"]
