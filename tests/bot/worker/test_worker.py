"""A worker from its start to its end: what is waited for, and how long."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from livekit.api import ServerError

from bot.messages import Message
from bot.records import DatabaseUnavailable, SchemaError
from bot.worker import worker as module
from bot.worker.figures.reports import Load
from bot.worker.worker import build_server, serve
from sip.access import Access
from tests.bot.settings.made import made
from tests.bot.talk.fakes import now_s

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

AWAY = DatabaseUnavailable("no answer")
DRAIN_S = 100


class FakeServer:
    """A server whose calls last `call_s`, and which needs `close_s` to close."""

    def __init__(self, scene: "Scene") -> None:
        self._scene = scene
        self.call_s, self.close_s = 0.0, 0.0
        self.ends_s: float | None = None
        self.error: Exception | None = None
        self.drained_s: float | None = None
        self.closed_s: float | None = None

    @property
    def active_jobs(self) -> list[Any]:
        return [SimpleNamespace(job=SimpleNamespace(room=SimpleNamespace(name=r))) for r in "ab"]

    async def run(self) -> None:
        self._scene.notes.append(("takes calls", now_s()))
        await asyncio.sleep(3600 if self.ends_s is None else self.ends_s)
        if self.error is not None:
            raise self.error

    async def drain(self, timeout: float | None) -> None:
        assert timeout is None
        await asyncio.sleep(self.call_s)
        self.drained_s = now_s()

    async def aclose(self) -> None:
        await asyncio.sleep(self.close_s)
        self.closed_s = now_s()


class Scene:
    """Everything around `serve`, replaced; `goodbyes` are the rooms that were told to end."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.notes: list[tuple[str, float]] = []
        self.goodbyes: list[tuple[str, float]] = []
        self.unreachable: dict[str, Exception] = {}
        self.database: list[Exception | None] = [None]
        self.migrate_s = 0.0
        self.stop = asyncio.Event()
        self.server = FakeServer(self)
        self.page_fails: Exception | None = None
        for name in ("build_server", "stop_on_signals", "watches", "health_page"):
            monkeypatch.setattr(module, name, getattr(self, f"_{name}"))
        monkeypatch.setattr(module, "migrate", self._migrate)
        monkeypatch.setattr(Access, "connect", self._connect)
        monkeypatch.setattr("bot.messages.send", self._send)

    def _build_server(self, _: Any) -> FakeServer:
        return self.server

    def _stop_on_signals(self) -> asyncio.Event:
        return self.stop

    @asynccontextmanager
    async def _connect(self, *, limit_s: float) -> AsyncIterator[None]:
        assert limit_s == 4
        yield

    @asynccontextmanager
    async def _watches(self, *_: Any) -> AsyncIterator[Any]:
        yield SimpleNamespace(is_blind=False)
        self.notes.append(("watches end", now_s()))

    @asynccontextmanager
    async def _health_page(
        self,
        server: FakeServer,
        host: str,
        port: int,
        is_blind: Callable[[], bool],
        *,
        metrics: Any,
    ) -> AsyncIterator[None]:
        assert not is_blind()
        if self.page_fails is not None:
            raise self.page_fails
        yield

    async def _migrate(self, _: str) -> None:
        self.notes.append(("migrates", now_s()))
        await asyncio.sleep(self.migrate_s)
        error = self.database.pop(0) if len(self.database) > 1 else self.database[0]
        if error is not None:
            raise error

    async def _send(self, _: None, secret: str, room: str, message: Message) -> None:
        assert (secret, message) == ("livekit-secret-of-32-letters-or-more", Message.SHUTDOWN)
        self.goodbyes.append((room, now_s()))
        if room in self.unreachable:
            raise self.unreachable[room]

    def is_told_to_stop(self, after_s: float) -> None:
        asyncio.get_running_loop().call_later(after_s, self.stop.set)

    async def serve(self) -> int:
        return await serve(made(STORYLINE_DRAIN_S=str(DRAIN_S)))

    def when(self, what: str) -> list[float]:
        return [at_s for note, at_s in self.notes if note == what]


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    return Scene(monkeypatch)


# --- the end --------------------------------------------------------------------------------------


async def test_a_worker_without_calls_ends_when_it_is_told(scene: Scene) -> None:
    scene.is_told_to_stop(10)
    assert await scene.serve() == 0
    assert now_s() == 10
    assert scene.server.closed_s == 10


async def test_calls_in_progress_may_end_by_themselves(scene: Scene) -> None:
    scene.server.call_s = DRAIN_S - 1
    scene.is_told_to_stop(10)
    assert await scene.serve() == 0
    assert now_s() == 10 + DRAIN_S - 1
    assert scene.goodbyes == []


async def test_after_the_drain_time_every_call_is_told_to_say_goodbye(scene: Scene) -> None:
    scene.server.call_s = DRAIN_S + 12
    scene.is_told_to_stop(10)
    await scene.serve()
    assert scene.goodbyes == [("a", 10 + DRAIN_S), ("b", 10 + DRAIN_S)]
    assert now_s() == 10 + DRAIN_S + 12, "a goodbye is heard to its end"


async def test_a_goodbye_that_does_not_end_is_not_waited_for(scene: Scene) -> None:
    scene.server.call_s = 3000
    scene.is_told_to_stop(10)
    assert await scene.serve() == 0
    assert now_s() == 10 + DRAIN_S + 25
    assert scene.server.drained_s is None


@pytest.mark.parametrize(
    "error",
    [ServerError("not_found", "gone", status=404), aiohttp.ClientError(), TimeoutError()],
    ids=lambda error: type(error).__name__,
)
async def test_one_call_that_cannot_be_told_keeps_no_other_from_its_goodbye(
    scene: Scene, error: Exception
) -> None:
    scene.server.call_s = DRAIN_S + 1
    scene.unreachable = {"a": error}
    scene.is_told_to_stop(0)
    assert await scene.serve() == 0
    assert [room for room, _ in scene.goodbyes] == ["a", "b"]


async def test_the_watches_go_on_until_the_last_process_has_ended(scene: Scene) -> None:
    scene.server.close_s = 20
    scene.is_told_to_stop(10)
    await scene.serve()
    assert scene.when("watches end") == [30]


async def test_processes_that_do_not_end_are_not_waited_for(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.server.close_s = 3600
    scene.is_told_to_stop(10)
    assert await scene.serve() == 0
    assert now_s() == 40
    assert "the worker's processes did not end in time" in caplog.messages


@pytest.mark.parametrize("error", [None, RuntimeError("wrong keys")])
async def test_a_worker_that_ends_by_itself_has_failed(
    scene: Scene, error: Exception | None
) -> None:
    scene.server.ends_s, scene.server.error = 5, error
    assert await scene.serve() == 1
    assert scene.server.closed_s == 5


async def test_nothing_runs_on_after_a_worker(scene: Scene) -> None:
    scene.database = [AWAY]
    scene.is_told_to_stop(20)
    await scene.serve()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_health_page_that_cannot_be_served_ends_the_worker(scene: Scene) -> None:
    scene.page_fails = OSError("address already in use")
    with pytest.raises(OSError, match="already in use"):
        await scene.serve()
    assert scene.when("takes calls") == []


# --- the database ---------------------------------------------------------------------------------


async def test_calls_are_taken_when_the_tables_are_there(scene: Scene) -> None:
    scene.migrate_s = 2
    scene.is_told_to_stop(10)
    await scene.serve()
    assert scene.when("takes calls") == [2]


async def test_a_slow_database_is_waited_for_beside_the_calls(scene: Scene) -> None:
    scene.migrate_s = 600
    scene.is_told_to_stop(10)
    await scene.serve()
    assert scene.when("takes calls") == [5]


async def test_a_database_that_is_away_is_tried_every_five_seconds_and_told_once(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.database = [AWAY, AWAY, AWAY, None]
    scene.is_told_to_stop(60)
    await scene.serve()
    assert scene.when("migrates") == [0, 5, 10, 15]
    told = [each.levelname for each in caplog.records if "cannot be used" in each.message]
    assert told == ["ERROR"]


async def test_a_database_of_another_program_ends_the_worker_before_it_takes_a_call(
    scene: Scene,
) -> None:
    scene.database = [SchemaError("another version")]
    with pytest.raises(SchemaError):
        await scene.serve()
    assert scene.when("takes calls") == []


# --- what is built --------------------------------------------------------------------------------


async def test_the_server_holds_as_many_calls_as_were_set() -> None:
    assert build_server(made(STORYLINE_MAX_CALLS="7")).max_calls == 7


async def test_a_server_that_has_not_begun_has_no_calls_and_is_not_ready() -> None:
    watch: Any = SimpleNamespace(is_blind=True)
    load = module._load(build_server(made(STORYLINE_MAX_CALLS="7")), watch)
    assert load == Load(calls=0, max_calls=7, is_ready=False, is_blind=True)
