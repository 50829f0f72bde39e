"""A process that is asked in its room: slow, silent, or dead."""

import logging

import pytest

from bot.worker.signs.answers import Answer, Asking

pytestmark = pytest.mark.unit

CALL = ("one", "room", "AJ_1")


class World:
    """Whoever is asked gives the next of `answers`; the clock is moved on by hand."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[tuple[str, str | None]] = []
        self.now_s = 100.0
        self.asking = Asking(self, lambda: self.now_s)

    async def ask(self, room_name: str, job_id: str | None) -> Answer:
        self.asked.append((room_name, job_id))
        return self.answers.pop(0)

    async def is_dead(self, *answers: Answer) -> bool:
        self.answers.extend(answers)
        return await self.asking.is_dead(*CALL)


async def test_the_job_is_asked_in_its_own_room() -> None:
    world = World()
    await world.is_dead(Answer.LIVES)
    assert world.asked == [("room", "AJ_1")]


async def test_two_silences_are_a_death() -> None:
    assert await World().is_dead(Answer.SILENT, Answer.SILENT)


async def test_one_silence_proves_nothing() -> None:
    world = World()
    assert not await world.is_dead(Answer.SILENT, Answer.LIVES)
    assert world.asking.is_believed("one")


async def test_what_livekit_knows_needs_no_second_question() -> None:
    world = World()
    assert await world.is_dead(Answer.ENDED)
    assert len(world.asked) == 1


async def test_whoever_answered_is_believed_for_a_while() -> None:
    world = World()
    await world.is_dead(Answer.LIVES)
    assert world.asking.is_believed("one")
    world.now_s += 5
    assert not world.asking.is_believed("one")


async def test_that_a_call_cannot_write_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    with caplog.at_level(logging.WARNING):
        await world.is_dead(Answer.LIVES)
        await world.is_dead(Answer.LIVES)
    assert [each.message for each in caplog.records] == [
        "a call cannot write its record, but it answers: left alone"
    ]


async def test_calls_that_are_over_are_forgotten() -> None:
    world = World()
    await world.is_dead(Answer.LIVES)
    world.asking.forget_all_but(set())
    assert not world.asking.is_believed("one")
