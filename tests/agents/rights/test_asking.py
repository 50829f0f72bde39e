"""When a model may act on what only the caller can wish."""

import asyncio

import pytest

from agents.rights.asking import Permission, Right, Rights
from agents.rights.wishes import understood

pytestmark = pytest.mark.unit

UNHEARD = "…"


class Caller(Rights):
    """Whose words are understood as they are on a call."""

    def says(self, said: str) -> Right | None:
        return self.hear(understood(said))


def rights(*said: str) -> Caller:
    caller = Caller()
    for words in said:
        caller.says(words)
    return caller


def test_a_clear_wish_is_acted_on_at_once() -> None:
    assert rights("Forget me.").weigh(Right.FORGET) is Permission.GRANTED


def test_and_so_it_is_two_turns_later_but_not_after_a_whole_story() -> None:
    assert rights("Forget me.", "Yes.", "Maria.").weigh(Right.FORGET) is Permission.GRANTED
    assert rights("Forget me.", "A.", "B.", "C.").weigh(Right.FORGET) is Permission.ASK


@pytest.mark.looptime
@pytest.mark.asyncio(loop_scope="function")
async def test_words_that_are_written_late_are_waited_for() -> None:
    caller = rights(UNHEARD)
    loop = asyncio.get_running_loop()
    loop.call_later(0.8, caller.says, "Please never call me again.")
    await caller.words_known()
    assert (loop.time(), caller.weigh(Right.BLOCK)) == (0.8, Permission.GRANTED)


@pytest.mark.looptime
@pytest.mark.asyncio(loop_scope="function")
async def test_words_that_nobody_writes_are_waited_for_once() -> None:
    caller = rights(UNHEARD)
    for _ in range(2):
        await caller.words_known()
    assert asyncio.get_running_loop().time() == 1.5
    assert caller.weigh(Right.BLOCK) is Permission.ASK


def test_one_wish_is_not_the_other() -> None:
    assert rights("Forget me.").weigh(Right.BLOCK) is Permission.ASK


def test_whoever_wished_nothing_is_asked_once_and_waited_for() -> None:
    caller = rights("I open the door.")
    assert caller.weigh(Right.BLOCK) is Permission.ASK
    assert caller.weigh(Right.BLOCK) is Permission.WAIT


def test_their_yes_is_told_and_holds() -> None:
    caller = rights("I open the door.")
    caller.weigh(Right.BLOCK)
    assert caller.says("Yes, never again.") is Right.BLOCK
    assert caller.weigh(Right.BLOCK) is Permission.GRANTED


def test_a_yes_to_anything_else_is_none() -> None:
    caller = rights()
    assert caller.says("Yes.") is None
    caller.weigh(Right.FORGET)
    caller.says("What was that?")
    assert caller.says("Yes.") is None


def test_after_a_no_nobody_is_asked_again_until_they_wish_it() -> None:
    caller = rights()
    caller.weigh(Right.FORGET)
    assert caller.says("No, you must not delete it!") is None
    assert caller.weigh(Right.FORGET) is Permission.REFUSED
    caller.says("Forget everything about me.")
    assert caller.weigh(Right.FORGET) is Permission.GRANTED


def test_a_no_that_is_the_wish_itself_is_one() -> None:
    caller = rights()
    caller.weigh(Right.BLOCK)
    caller.says("Don't call me again.")
    assert caller.weigh(Right.BLOCK) is Permission.GRANTED


def test_an_unclear_answer_is_asked_about_once_more() -> None:
    caller = rights()
    asked = []
    for _ in range(3):
        asked.append(caller.weigh(Right.FORGET))
        caller.says("Olvídame.")
    assert asked == [Permission.ASK, Permission.ASK, Permission.REFUSED]


def test_an_answer_that_a_model_alone_has_heard_is_the_models_to_judge() -> None:
    caller = rights(UNHEARD)
    assert caller.weigh(Right.FORGET) is Permission.ASK
    assert caller.weigh(Right.FORGET) is Permission.WAIT
    assert caller.says(UNHEARD) is None
    assert caller.weigh(Right.FORGET) is Permission.GRANTED


def test_words_that_come_late_count_all_the_same() -> None:
    caller = rights(UNHEARD)
    caller.weigh(Right.FORGET)
    caller.says(UNHEARD)
    caller.says("No.")
    assert caller.weigh(Right.FORGET) is Permission.REFUSED
