"""Both watches run for as long as they are needed, and are gone with the block."""

import asyncio

import pytest

from bot.worker.guardian import Guardian
from bot.worker.room_watch import RoomWatch
from bot.worker.watches import watches
from tests.bot.settings.made import made

pytestmark = pytest.mark.unit


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The watches that run now."""
    names: list[str] = []

    async def run(watch: object) -> None:
        names.append(type(watch).__name__)
        try:
            await asyncio.sleep(3600)
        finally:
            names.remove(type(watch).__name__)

    for each in (Guardian, RoomWatch):
        monkeypatch.setattr(each, "run", run)
    return names


async def test_both_run_while_the_block_lasts(database: str, running: list[str]) -> None:
    async with watches(made(DATABASE_URL=database)):
        await asyncio.sleep(0)
        assert sorted(running) == ["Guardian", "RoomWatch"]
    assert running == []


async def test_both_end_with_a_block_that_fails(database: str, running: list[str]) -> None:
    with pytest.raises(ValueError):
        async with watches(made(DATABASE_URL=database)):
            await asyncio.sleep(0)
            raise ValueError
    assert running == []
