"""What a fault is, and the promises that several of them share."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bench.chaos.seen import Promise

S = TypeVar("S")
"""The scene of a fault: bench/chaos/scene.py."""

CRASHED = frozenset({"crashed"})
FINISHED = frozenset({"story_finished"})
HUNG_UP = frozenset({"caller_hung_up"})
LOST = frozenset({"failed", "crashed"})


@dataclass(frozen=True)
class Fault(Generic[S]):
    """`provoke` calls `scene.happens_now()`; after it the call is watched for `limit_s`.

    After BYE its record may take `settle_s`. `is_sqlites`: it happens to the database's file.
    `in_introduction`: before the caller has said a word.
    """

    name: str
    title: str
    provoke: Callable[[S], Awaitable[None]]
    promise: Promise
    limit_s: float = 45.0
    settle_s: float = 12.0
    worker_env: Mapping[str, str] = field(default_factory=dict)
    in_introduction: bool = False
    by_cable: bool = False
    two_workers: bool = False
    on_postgresql: bool = False
    is_sqlites: bool = False
    is_quick: bool = False


def ends(
    within_s: float | None,
    reasons: frozenset[str],
    silence_s: float | None = None,
    *,
    goes_on_s: float | None = None,
) -> Promise:
    """BYE comes `within_s`, with one of the `reasons`; nobody hears silence for as long."""
    silence_s = within_s if silence_s is None else silence_s
    return Promise(within_s, reasons, silence_s, goes_on_s=goes_on_s)
