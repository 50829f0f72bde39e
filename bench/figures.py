"""Pure arithmetic: percentiles, and where the time of an answer went."""

from collections.abc import Sequence
from dataclasses import dataclass

from local.providers.seen import SeenRequest


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of all do not exceed; None when there are none."""
    if not values:
        return None
    ordered = sorted(values)
    rank = max(1, -(-round(share * len(ordered) * 1000) // 1000))  # rounded up
    return ordered[rank - 1]


@dataclass(frozen=True)
class Figure:
    """A row of the table. Unknown is None, never 0."""

    cell: str
    name: str
    values: tuple[float, ...]
    discards: tuple[str, ...] = ()
    """Why a turn is not among the values, one line each."""
    unit: str = "s"
    note: str = ""

    @property
    def p50(self) -> float | None:
        return percentile(self.values, 0.5)

    @property
    def p95(self) -> float | None:
        return percentile(self.values, 0.95)


@dataclass(frozen=True)
class Delays:
    """What the scripted models take, in seconds: from the caller's last sound to the final, from
    the request to the first word, from the request to the first sound."""

    name: str
    stt_s: float
    llm_s: float
    tts_s: float


INSTANT = Delays("models at once", 0.0, 0.0, 0.0)
USUAL = Delays("models 350/375/100 ms", 0.35, 0.375, 0.1)
DELAYS = {"instant": INSTANT, "usual": USUAL}


@dataclass(frozen=True)
class Split:
    """Where the time of one answer went; None where nobody saw it."""

    way_in_s: float | None
    wait_s: float | None
    models_s: float | None
    way_out_s: float | None


@dataclass(frozen=True)
class Answer:
    """One turn: what the caller said until when, and from when on Echo was heard."""

    kind: str
    said_s: float
    heard_s: float
    finished: bool = True
    """False when a listener would have waited for more words."""

    @property
    def gap_s(self) -> float:
        """Negative when Echo began before the caller had finished."""
        return self.heard_s - self.said_s


def split(
    answer: Answer, seen: Sequence[SeenRequest], delays: Delays, way_in_s: float | None
) -> Split:
    """From the requests that the providers saw between the caller's turn and the answer.

    The last request before the answer counts: earlier ones were prepared for other words. With an
    answer prepared while the turn might go on, the wait can be less than the models took.
    """
    before = [each for each in seen if each.at_s < answer.heard_s]
    asked = _last(before, "realtime", "response") or _last(before, "chat", "request")
    voiced = _last(before, "speech", "request")
    if asked is None or way_in_s is None:
        return Split(way_in_s, None, None, None)
    if asked.service == "realtime":
        ready_s = asked.at_s + delays.llm_s
    elif voiced is not None:
        ready_s = voiced.at_s + delays.tts_s
    else:
        return Split(way_in_s, None, None, None)
    return Split(
        way_in_s,
        asked.at_s - answer.said_s - way_in_s,
        ready_s - asked.at_s,
        answer.heard_s - ready_s,
    )


def _last(seen: Sequence[SeenRequest], service: str, kind: str) -> SeenRequest | None:
    found = [each for each in seen if (each.service, each.kind) == (service, kind)]
    return found[-1] if found else None
