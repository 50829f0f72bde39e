"""Calls of several tests at once: a call waits most of the time, for voices and for silence.

Tests marked `side_by_side` are begun together, some at a time, when the first of them is run; each
then waits for its own. They share their fixtures, so they may disturb nobody: no faults, no
scripts, no other worker, and no claim about hundredths of a second.
"""

import asyncio
import functools
import inspect
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

MARK = "side_by_side"
AT_ONCE = 2


class Group:
    """The marked tests of one folder that ask for the same fixtures."""

    def __init__(self, items: list[pytest.Function]) -> None:
        self._items = items
        self._tests = {item.nodeid: item.obj for item in items}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._is_begun = False
        self.took_s: dict[str, float] = {}

    async def result_of(self, item: pytest.Function, fixtures: dict[str, Any]) -> None:
        """What the test comes to; a second try is made alone."""
        if not self._is_begun:
            self._is_begun = True
            self._begin(fixtures)
        task = self._tasks.pop(item.nodeid, None)
        await (task or self._tests[item.nodeid](**fixtures))

    @property
    def is_under_way(self) -> bool:
        return bool(self._tasks)

    def give_up(self) -> None:
        """End what nobody will wait for any more."""
        while self._tasks:
            self._tasks.popitem()[1].cancel()

    def _begin(self, fixtures: dict[str, Any]) -> None:
        at_once = asyncio.Semaphore(AT_ONCE)
        for item in self._items:
            own = {name: fixtures[name] for name in _fixtures(item)} | _parameters(item)
            test = self._tests[item.nodeid](**own)
            task = asyncio.create_task(self._run(item, test, at_once), name=item.nodeid)
            self._tasks[item.nodeid] = task

    async def _run(
        self, item: pytest.Function, test: Coroutine[Any, Any, None], at_once: asyncio.Semaphore
    ) -> None:
        async with at_once:
            begun_s = time.monotonic()
            try:
                await test
            finally:
                self.took_s[item.nodeid] = time.monotonic() - begun_s


def gather(items: list[pytest.Item]) -> None:
    """Put the marked tests of each group one behind the other, and let them be begun together."""
    # By folder, because the tests of a folder go to one process (tests/dealing.py).
    marked: dict[tuple[Path, tuple[str, ...]], list[pytest.Function]] = {}
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker(MARK):
            marked.setdefault((item.path.parent, _fixtures(item)), []).append(item)
    for members in marked.values():
        group = Group(members)
        for item in members:
            item.stash[_GROUP] = group
            item.obj = _waiting(item, group)
        _move_together(items, members)


def group_of(item: pytest.Item) -> Group | None:
    return item.stash.get(_GROUP, None)


def is_under_way(item: pytest.Item) -> bool:
    """Whether tests of the same group have begun whose result nobody has asked for yet."""
    group = group_of(item)
    return group is not None and group.is_under_way


_GROUP = pytest.StashKey[Group]()


def _waiting(item: pytest.Function, group: Group) -> Any:
    """A test that looks the same to pytest, and waits for the one that has begun."""
    assert inspect.iscoroutinefunction(item.obj), f"{item.nodeid} is not async"

    @functools.wraps(item.obj)
    async def wait(**fixtures: Any) -> None:
        await group.result_of(item, fixtures)

    return wait


def _parameters(item: pytest.Function) -> dict[str, Any]:
    spec = getattr(item, "callspec", None)
    return dict(spec.params) if spec else {}


def _fixtures(item: pytest.Function) -> tuple[str, ...]:
    """The names of what the test asks for; its parameters are its own."""
    asked = inspect.signature(item.function).parameters
    return tuple(sorted(set(asked) - set(_parameters(item))))


def _move_together(items: list[pytest.Item], members: list[pytest.Function]) -> None:
    at = items.index(members[0])
    rest = [item for item in items if item not in members]
    items[:] = [*rest[:at], *members, *rest[at:]]
