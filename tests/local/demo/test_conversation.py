"""Whose turn it is: Maria answers a question at once, and what may have been one after a pause."""

from typing import cast

import pytest

from local.caller import CallEnded, Heard, NothingHeard, PhoneCall
from local.demo.conversation import LISTEN_S, SURELY_OVER_S, converse
from local.demo.persona import STILL_THERE, Persona

pytestmark = pytest.mark.unit

SILENCE = None


class Call:
    """Echo's turns one after the other (SILENCE: she says nothing for that long), then the end."""

    def __init__(self, *turns: str | None) -> None:
        self._turns = list(turns)
        self.waits_s: list[float] = []
        self.said: list[str] = []
        self.is_over = False

    async def hear_turn(self, timeout_s: float, silence_s: float) -> Heard:
        self.waits_s.append(timeout_s)
        if not self._turns:
            raise CallEnded("the far end hung up")
        turn = self._turns.pop(0)
        if turn is SILENCE:
            raise NothingHeard("nothing")
        return Heard(turn, 0.0, 1.0)

    async def say(self, text: str) -> None:
        self.said.append(text)

    async def hang_up(self) -> None:
        self.is_over = True


async def said_to(*turns: str | None) -> Call:
    call = Call(*turns)
    await converse(cast(PhoneCall, call), Persona(), 10.0)
    assert call.is_over
    return call


async def test_a_question_is_answered_at_once() -> None:
    call = await said_to("Which animal is it?")
    assert call.said == ["A little red fox."]
    assert call.waits_s == [LISTEN_S, LISTEN_S]


async def test_a_pause_in_the_middle_is_listened_through() -> None:
    call = await said_to("A light goes out.", "Do you run or hide?")
    assert call.said == ["I run."]


async def test_what_was_not_heard_as_a_question_is_answered_when_echo_waits() -> None:
    call = await said_to("The tower, or run down to the beach.", SILENCE)
    assert call.said == ["Run down to the beach."]
    assert call.waits_s == [LISTEN_S, SURELY_OVER_S, LISTEN_S]


async def test_a_farewell_is_not_answered() -> None:
    call = await said_to("Goodbye and sleep well tonight.", SILENCE)
    assert call.said == []


async def test_she_asks_when_nothing_is_said() -> None:
    call = await said_to(SILENCE)
    assert call.said == [STILL_THERE]
