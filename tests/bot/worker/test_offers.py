"""A worker takes every call that it has room for, and says so at once."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.orders.ticket import write_ticket
from bot.worker import server as module
from bot.worker.server import Server

pytestmark = pytest.mark.unit


class FakeRequest:
    """LiveKit's offer of a call."""

    def __init__(self, metadata: str = "") -> None:
        self.job = SimpleNamespace(metadata=metadata)
        self.answers: list[str] = []
        self.is_accepted = asyncio.Event()
        self.fails: Exception | None = None

    async def accept(self) -> None:
        self.answers.append("accepted")
        await self.is_accepted.wait()
        if self.fails is not None:
            raise self.fails

    async def reject(self, *, terminate: bool) -> None:
        self.answers.append("ends" if terminate else "left to others")


def from_a_caller() -> FakeRequest:
    return FakeRequest()


def of_ours() -> FakeRequest:
    return FakeRequest(write_ticket("one"))


class Worker:
    """A server with so many calls in progress."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, max_calls: int, calls: int = 0, idle: int = 1
    ) -> None:
        self.jobs: list[object] = [object()] * calls
        self.is_draining = False
        monkeypatch.setattr(Server, "active_jobs", property(lambda _: self.jobs))
        monkeypatch.setattr(Server, "draining", property(lambda _: self.is_draining))
        self.server = Server(
            max_calls=max_calls,
            idle_processes=idle,
            ws_url="ws://127.0.0.1:1",
            api_key="k",
            api_secret="s",
        )

    async def offer(self, request: FakeRequest) -> str:
        request.is_accepted.set()
        await self.server.on_request(cast(Any, request))
        return request.answers[0]


async def test_a_call_is_accepted_while_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await Worker(monkeypatch, max_calls=4, calls=3).offer(from_a_caller()) == "accepted"


async def test_a_full_worker_leaves_a_call_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Worker(monkeypatch, max_calls=4, calls=4)
    assert await full.offer(from_a_caller()) == "left to others"


@pytest.mark.parametrize(
    ("max_calls", "calls", "answer"),
    [
        (4, 2, "accepted"),
        (4, 3, "left to others"),
        (8, 5, "accepted"),
        (8, 6, "left to others"),
        (3, 1, "accepted"),
        (3, 2, "left to others"),
        (2, 1, "left to others"),
        (1, 0, "accepted"),
        (1, 1, "left to others"),
    ],
)
async def test_our_own_calls_leave_a_quarter_and_one_place_of_two_to_callers(
    monkeypatch: pytest.MonkeyPatch, max_calls: int, calls: int, answer: str
) -> None:
    assert await Worker(monkeypatch, max_calls, calls).offer(of_ours()) == answer


async def test_calls_that_are_being_accepted_fill_the_worker_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = Worker(monkeypatch, max_calls=2)
    slow = [from_a_caller() for _ in range(2)]
    accepting = [asyncio.create_task(worker.server.on_request(cast(Any, each))) for each in slow]
    await asyncio.sleep(0)
    assert worker.server.calls == 2
    assert await worker.offer(from_a_caller()) == "left to others"
    for each in slow:
        each.is_accepted.set()
    await asyncio.gather(*accepting)
    assert worker.server.calls == 0


async def test_an_offer_that_comes_to_nothing_leaves_its_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker, broken = Worker(monkeypatch, max_calls=1), from_a_caller()
    broken.fails = RuntimeError("the offer was withdrawn")
    with pytest.raises(RuntimeError):
        await worker.offer(broken)
    assert await worker.offer(from_a_caller()) == "accepted"


# --- first the answer, then new processes ---------------------------------------------------------


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, int]]:
    """When the pool was told to keep how many processes warm, of three."""
    told: list[tuple[float, int]] = []

    def keep(server: Server, number: int) -> None:
        told.append((asyncio.get_running_loop().time(), number))

    monkeypatch.setattr(module, "has_begun", lambda _: True)
    monkeypatch.setattr(module, "keep_idle_processes", keep)
    return told


@pytest.mark.asyncio(loop_scope="function")
@pytest.mark.looptime
async def test_a_process_ahead_of_need_is_started_a_second_after_a_call_was_accepted(
    monkeypatch: pytest.MonkeyPatch, kept: list[tuple[float, int]]
) -> None:
    await Worker(monkeypatch, max_calls=4, idle=3).offer(from_a_caller())
    await asyncio.sleep(1.5)
    assert kept == [(0.0, 0), (1.0, 3)]


@pytest.mark.asyncio(loop_scope="function")
@pytest.mark.looptime
async def test_calls_that_go_on_coming_do_not_empty_the_pool(
    monkeypatch: pytest.MonkeyPatch, kept: list[tuple[float, int]]
) -> None:
    worker = Worker(monkeypatch, max_calls=8, idle=3)
    for _ in range(4):
        await worker.offer(from_a_caller())
        await asyncio.sleep(0.7)
    assert kept == [(0.0, 0), (1.0, 3), (pytest.approx(1.4), 0), (pytest.approx(2.4), 3)]


async def test_a_call_that_is_left_to_others_holds_up_no_process(
    monkeypatch: pytest.MonkeyPatch, kept: list[tuple[float, int]]
) -> None:
    await Worker(monkeypatch, max_calls=1, calls=1, idle=3).offer(from_a_caller())
    assert kept == []


# --- would a call be answered? --------------------------------------------------------------------


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> Worker:
    """A worker to which nothing is missing."""
    monkeypatch.setattr(module, "is_registered", lambda _: True)
    monkeypatch.setattr(module, "is_warm", lambda _: True)
    return Worker(monkeypatch, max_calls=2)


async def test_a_worker_to_which_nothing_is_missing_is_ready(ready: Worker) -> None:
    assert ready.server.why_not_ready() == []


async def test_a_worker_without_livekit_is_not_ready(
    ready: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "is_registered", lambda _: False)
    assert not ready.server.is_warm, "whatever waits there gets no call"
    assert ready.server.why_not_ready() == ["not connected to LiveKit", "no process is warm yet"]


async def test_a_worker_that_drains_is_not_ready(ready: Worker) -> None:
    ready.is_draining = True
    assert ready.server.why_not_ready() == ["draining"]


async def test_a_full_worker_is_not_ready(ready: Worker) -> None:
    ready.jobs += [object()] * 2
    assert ready.server.why_not_ready() == ["full"]


async def test_a_cold_worker_is_not_ready_until_it_has_had_a_call(
    ready: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "is_warm", lambda _: False)
    assert ready.server.why_not_ready() == ["no process is warm yet"]
    ready.jobs.append(object())
    assert ready.server.why_not_ready() == []
