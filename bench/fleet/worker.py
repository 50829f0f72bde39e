"""One worker of a fleet, as far as it matters who takes a call and how soon it is answered."""

import heapq
from dataclasses import dataclass, field

# Of processor, for one call from the offer to Echo's first word: seen with py-spy, November 2026.
SETUP_CPU_S = 0.35
# What is waited for beside it: LiveKit, the network, the first sound.
SETUP_WAIT_S = 0.25
# Of processor, until a process is ready for its call.
PROCESS_CPU_S = 0.7


@dataclass(frozen=True)
class Kind:
    """What one worker can do. `call_core`: the share of a core that a call takes."""

    max_calls: int
    cores: int
    call_core: float
    idle_processes: int


@dataclass(eq=False)
class Worker:
    """Counts its calls. `told_calls` is what LiveKit was last told of them."""

    kind: Kind
    calls: int = 0
    told_calls: int = 0
    is_draining: bool = False
    _cores_free_at_s: list[float] = field(default_factory=list)
    _processes_ready_at_s: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._cores_free_at_s = [0.0] * self.kind.cores
        self._processes_ready_at_s = [0.0] * self.kind.idle_processes

    @property
    def has_room(self) -> bool:
        """What it answers to an offer, whatever LiveKit was told."""
        return not self.is_draining and self.calls < self.kind.max_calls

    def take(self, now_s: float) -> float:
        """Take a call; returns when its caller hears the first word."""
        self.calls += 1
        ready_s = heapq.heappop(self._processes_ready_at_s)
        begun_s = max(now_s, ready_s)
        heard_s = self._compute(begun_s, SETUP_CPU_S) + SETUP_WAIT_S
        # The next process is begun when this one has its call.
        heapq.heappush(self._processes_ready_at_s, self._compute(begun_s, PROCESS_CPU_S))
        return heard_s

    def _compute(self, from_s: float, cpu_s: float) -> float:
        """Until so much is computed: one core after what waits for it, beside the calls."""
        share = max(0.1, 1 - self.calls * self.kind.call_core / self.kind.cores)
        done_s = max(from_s, heapq.heappop(self._cores_free_at_s)) + cpu_s / share
        heapq.heappush(self._cores_free_at_s, done_s)
        return done_s
