"""How long it has been quiet."""

import asyncio
from functools import partial

import pytest

from bot.talk.floor.quiet import Quiet
from tests.bot.talk.fakes import now_s

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]


async def test_quiet_is_counted_from_its_beginning_and_anew_after_a_noise() -> None:
    quiet = Quiet()
    loop = asyncio.get_running_loop()
    for after_s, is_quiet in ((1, True), (4, False), (6, True)):
        loop.call_later(after_s, partial(quiet.see, is_quiet=is_quiet))
    await quiet.lasting(5)
    assert now_s() == 6 + 5


async def test_quiet_that_nobody_has_told_of_does_not_last() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(60):
            await Quiet().lasting(5)
