"""A fleet of workers under LiveKit's dispatch, simulated event by event.

Who is offered a call follows livekit-server 1.13 (pkg/service/agentservice.go): by chance, weighted
by the room that each worker has told of, and so on until one takes it or all have refused. What a
worker tells is `bot.worker.server.reported_load`, each 2.5 s, as livekit-agents 1.8 does.
"""

import heapq
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from bench.fleet.worker import Kind, Worker
from bot.worker.server import reported_load

TELLS_EVERY_S = 2.5
OFFER_S = 0.02
# From the start of a worker until it is registered, with its processes warm.
START_S = 10.0


@dataclass(frozen=True)
class Plan:
    """What is simulated. Calls last `call_s` in the mean, and never longer than `max_call_s`."""

    calls: int
    kind: Kind
    workers: int
    call_s: float = 240.0
    max_call_s: float = 900.0
    upgrade_at_once: int = 0
    """So many workers are replaced at a time, once the line is full; 0: none."""
    seed: int = 1


@dataclass
class Seen:
    """What became of the calls. Waits are seconds from the ring to the first word."""

    waits_s: list[float] = field(default_factory=list)
    waits_in_upgrade_s: list[float] = field(default_factory=list)
    no_room: int = 0
    """Calls that nobody took, because the fleet was full."""
    overlooked: int = 0
    """Calls that nobody took although there was room: LiveKit had not been told of it yet."""
    offers_refused: int = 0
    most_at_once: int = 0
    upgrade_s: float | None = None


class Fleet:
    """Runs one plan; `run` returns what was seen."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._chance = random.Random(plan.seed)
        self._workers = [Worker(plan.kind) for _ in range(plan.workers)]
        self._order = itertools.count()
        self._events: list[tuple[float, int, str, Worker | None]] = []
        self._seen = Seen()
        self._at_once = 0
        self._old: list[Worker] = []
        self._tell()
        self._upgrade_began_s: float | None = None

    def run(self) -> Seen:
        """Fill the line, hold it for its longest call, and upgrade it where that is asked."""
        plan = self._plan
        end_s = 3 * plan.max_call_s
        self._at(0.0, "call", None)
        self._at(0.0, "tell", None)
        if plan.upgrade_at_once:
            self._at(plan.max_call_s, "upgrade", None)
        while self._events:
            now_s, _, what, worker = heapq.heappop(self._events)
            if now_s > end_s and self._upgrade_is_over:
                break
            self._happen(now_s, what, worker)
        return self._seen

    @property
    def _upgrade_is_over(self) -> bool:
        return not self._plan.upgrade_at_once or self._seen.upgrade_s is not None

    def _at(self, when_s: float, what: str, worker: Worker | None) -> None:
        heapq.heappush(self._events, (when_s, next(self._order), what, worker))

    def _happen(self, now_s: float, what: str, worker: Worker | None) -> None:
        if what == "call":
            self._ring(now_s)
            rate = self._plan.calls / self._plan.call_s
            self._at(now_s + self._chance.expovariate(rate), "call", None)
        elif what == "end" and worker is not None:
            self._end(now_s, worker)
        elif what == "tell":
            for each in self._workers:
                each.told_calls = each.calls
            self._tell()
            self._at(now_s + TELLS_EVERY_S, "tell", None)
        elif what == "upgrade":
            self._old = list(self._workers)
            self._upgrade_began_s = now_s
            self._at(now_s + START_S, "replace", None)
        elif what == "replace":
            self._replace(now_s)

    def _ring(self, now_s: float) -> None:
        at_s = now_s
        for worker in self._offers():
            at_s += OFFER_S
            if worker.has_room:
                self._take(now_s, at_s, worker)
                return
            self._seen.offers_refused += 1
        if any(each.has_room for each in self._workers):
            self._seen.overlooked += 1
        else:
            self._seen.no_room += 1

    def _take(self, rang_s: float, at_s: float, worker: Worker) -> None:
        wait_s = worker.take(at_s) - rang_s
        is_in_upgrade = self._upgrade_began_s is not None and self._seen.upgrade_s is None
        (self._seen.waits_in_upgrade_s if is_in_upgrade else self._seen.waits_s).append(wait_s)
        self._at_once += 1
        self._seen.most_at_once = max(self._seen.most_at_once, self._at_once)
        length_s = min(self._chance.expovariate(1 / self._plan.call_s), self._plan.max_call_s)
        self._at(at_s + length_s, "end", worker)

    def _offers(self) -> Iterator[Worker]:
        """The workers in the order in which LiveKit asks them."""
        room = self._room.copy()
        while (total := float(room.sum())) > 0:
            chosen = int(np.searchsorted(room.cumsum(), self._chance.random() * total, "right"))
            chosen = min(chosen, len(room) - 1)
            room[chosen] = 0.0
            yield self._workers[chosen]

    def _tell(self) -> None:
        """LiveKit learns how full everybody is, and at once who has gone or takes nothing more."""
        most = self._plan.kind.max_calls
        told = [
            0.0 if each.is_draining else max(0.0, 1 - reported_load(each.told_calls, most))
            for each in self._workers
        ]
        self._room = np.array(told)

    def _end(self, now_s: float, worker: Worker) -> None:
        worker.calls -= 1
        self._at_once -= 1
        if worker.is_draining and worker.calls == 0 and worker in self._workers:
            self._workers.remove(worker)
            self._tell()
            if not any(each.is_draining for each in self._workers):
                self._at(now_s + START_S, "replace", None)

    def _replace(self, now_s: float) -> None:
        """The next new ones are there; as many old ones take nothing more."""
        batch = self._old[: self._plan.upgrade_at_once]
        del self._old[: len(batch)]
        if not batch:
            began_s = self._upgrade_began_s or 0.0
            self._seen.upgrade_s = now_s - began_s
            return
        self._workers += [Worker(self._plan.kind) for _ in batch]
        for each in batch:
            each.is_draining = True
        idle = [each for each in batch if each.calls == 0]
        self._workers = [each for each in self._workers if each not in idle]
        self._tell()
        if len(idle) == len(batch):
            self._at(now_s + START_S, "replace", None)
