"""The faults, each with what is promised to a caller whom it meets in mid-story."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field

from bench.chaos import crowd, deaths
from bench.chaos.cable import Cable
from bench.chaos.scene import Scene
from bench.chaos.seen import Promise

_CRASHED = frozenset({"crashed"})
_FINISHED = frozenset({"story_finished"})
_LOST = frozenset({"failed", "crashed"})


@dataclass(frozen=True)
class Fault:
    """`provoke` calls `scene.happens_now()`; after it the call is watched for `limit_s`."""

    name: str
    title: str
    provoke: Callable[[Scene], Awaitable[None]]
    promise: Promise
    limit_s: float = 45.0
    worker_env: Mapping[str, str] = field(default_factory=dict)
    by_cable: bool = False
    two_workers: bool = False
    is_quick: bool = False


def _killed(part: str) -> Callable[[Scene], Awaitable[None]]:
    async def provoke(scene: Scene) -> None:
        scene.happens_now()
        await scene.stack.kill_part(part)

    return provoke


def _restarted(part: str, after_s: float = 2.0) -> Callable[[Scene], Awaitable[None]]:
    async def provoke(scene: Scene) -> None:
        await _killed(part)(scene)
        await asyncio.sleep(after_s)
        await scene.stack.start_part(part)

    return provoke


async def _livekit_restarted(scene: Scene) -> None:
    await _restarted("livekit-server")(scene)
    await scene.talk_to_the_end()


async def _redis_restarted(scene: Scene) -> None:
    await _restarted("redis")(scene)
    await scene.talk_to_the_end()


async def _redis_flushed(scene: Scene) -> None:
    scene.happens_now()
    reader, writer = await asyncio.open_connection(*scene.stack.redis_address.split(":"))
    writer.write(b"FLUSHALL\r\n")
    await reader.readline()
    writer.close()
    await scene.talk_to_the_end()


async def _database_locked(scene: Scene) -> None:
    scene.happens_now()
    with closing(sqlite3.connect(scene.stack.database_path, timeout=5.0)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(30.0)
        connection.rollback()
    await scene.talk_to_the_end()


async def _database_deleted(scene: Scene) -> None:
    scene.happens_now()
    for path in scene.stack.run_dir.glob("calls.db*"):
        path.unlink()
    await scene.talk_to_the_end()


async def _asked_twice(scene: Scene) -> None:
    scene.happens_now()
    await scene.ask_for_agent()
    await asyncio.sleep(6.0)
    await scene.talk_to_the_end()


def _cut(scene: Scene) -> Cable:
    scene.happens_now()
    scene.cable.cut()
    return scene.cable


async def _cut_off(scene: Scene) -> None:
    await scene.stack.start_watch()
    _cut(scene)


async def _cut_for_a_moment(scene: Scene) -> None:
    cable = _cut(scene)
    await asyncio.sleep(3.0)
    cable.mend()
    await scene.talk_to_the_end()


def _promise(
    within_s: float | None,
    reasons: frozenset[str],
    silence_s: float | None = None,
    *,
    goes_on_s: float | None = None,
) -> Promise:
    silence_s = within_s if silence_s is None else silence_s
    return Promise(within_s, reasons, silence_s, goes_on_s=goes_on_s)


FAULTS = (
    Fault(
        "job-killed",
        "job killed: the story goes on",
        deaths.goes_on(deaths.job_killed),
        _promise(60, _FINISHED, 12, goes_on_s=4.0),
        limit_s=75.0,
        is_quick=True,
    ),
    Fault(
        "job-frozen",
        "job frozen (SIGSTOP): the story goes on",
        deaths.goes_on(deaths.job_frozen),
        _promise(60, _FINISHED, 12, goes_on_s=7.0),
        limit_s=75.0,
    ),
    Fault(
        "job-killed-twice",
        "job killed twice: the story goes on",
        deaths.goes_on(deaths.job_killed, times=2),
        _promise(75, _FINISHED, 12, goes_on_s=4.0),
        limit_s=90.0,
    ),
    Fault(
        "job-killed-thrice",
        "job killed three times: goodbye",
        deaths.goes_on(deaths.job_killed, times=3),
        _promise(12, _CRASHED, goes_on_s=4.0),
        limit_s=30.0,
    ),
    Fault(
        "worker-killed",
        "worker killed, none started; a watch beside LiveKit",
        deaths.worker_killed_beside_a_watch,
        _promise(15, _CRASHED),
    ),
    Fault(
        "worker-restarted",
        "worker killed, started again after 1 s: goes on, or is ended",
        deaths.worker_restarted,
        _promise(75, _FINISHED | _CRASHED, 30),
        limit_s=90.0,
    ),
    Fault(
        "livekit-killed",
        "livekit-server killed",
        _killed("livekit-server"),
        # LiveKit SIP itself holds the line for a minute; nobody else can reach the telephone.
        # The record stays open: without LiveKit nobody sees that the telephone is gone.
        Promise(70, _LOST, 70, closed=False),
        limit_s=90.0,
    ),
    Fault(
        "livekit-restarted",
        "livekit-server killed, started again after 2 s",
        _livekit_restarted,
        _promise(8, _LOST),
        limit_s=60.0,
    ),
    Fault("redis-killed", "Redis killed", _killed("redis"), _promise(20, _LOST), limit_s=60.0),
    Fault(
        "redis-restarted",
        "Redis killed, started empty after 2 s",
        _redis_restarted,
        _promise(60, _FINISHED, 12),
        limit_s=75.0,
    ),
    Fault(
        "redis-flushed",
        "FLUSHALL, then the goodbye",
        _redis_flushed,
        _promise(60, _FINISHED, 12),
        limit_s=75.0,
        is_quick=True,
    ),
    # A telephone whose server is gone gets no BYE from anybody: the carrier ends it.
    Fault("sip-killed", "livekit-sip killed", _killed("livekit-sip"), _promise(None, _LOST)),
    Fault(
        "providers-gone",
        "all model providers gone",
        _killed("providers"),
        _promise(15, frozenset({"provider_failure"})),
    ),
    Fault(
        "database-locked",
        "database locked for 30 s",
        _database_locked,
        _promise(90, _FINISHED, 12),
        limit_s=100.0,
    ),
    Fault(
        "database-deleted",
        "database deleted",
        _database_deleted,
        Promise(60, _FINISHED, 12, recorded=False),
        limit_s=75.0,
    ),
    Fault(
        "asked-twice",
        "a second agent sent into the room",
        _asked_twice,
        _promise(75, _FINISHED, 15),
        limit_s=90.0,
    ),
    Fault(
        "full",
        "a second caller rings a full worker, and gets the busy tone",
        crowd.full,
        _promise(90, _FINISHED, 30),
        limit_s=100.0,
        worker_env={"STORYLINE_MAX_CALLS": "1"},
    ),
    Fault(
        "last-place",
        "four callers, one after the other, at a worker that takes four",
        crowd.last_place,
        _promise(90, _FINISHED, 30),
        limit_s=100.0,
        worker_env={"STORYLINE_MAX_CALLS": "4"},
    ),
    Fault(
        "rolling",
        "one of two workers told to stop: who rings is answered, the story goes on",
        crowd.rolling_restart,
        _promise(90, _FINISHED, 30),
        limit_s=100.0,
        two_workers=True,
    ),
    Fault(
        "one-of-two-killed",
        "one of two workers killed: the story goes on with the other one",
        deaths.goes_on(crowd.worker_killed_beside_another),
        _promise(60, _FINISHED, 12, goes_on_s=10.0),
        limit_s=75.0,
        two_workers=True,
    ),
    Fault(
        "strangers",
        "700 INVITEs with guessed passwords or none, garbage, forged names; then an honest caller",
        crowd.strangers,
        _promise(90, _FINISHED, 30),
        limit_s=100.0,
    ),
    Fault(
        "cut-off",
        "the worker cut off from LiveKit, but for the sound; a watch beside LiveKit",
        _cut_off,
        # LiveKit's client itself takes 15 s to notice.
        _promise(40, _LOST, 25),
        limit_s=60.0,
        by_cable=True,
    ),
    Fault(
        "cut-3s",
        "the same for 3 s",
        _cut_for_a_moment,
        _promise(90, _FINISHED, 15),
        limit_s=100.0,
        by_cable=True,
    ),
)
