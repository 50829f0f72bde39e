"""The words of a turn on their way to the voice."""

from collections.abc import AsyncIterator

import pytest

from agents.prompts import load_prompt
from agents.taming.notices import Notice
from bot.talk.spoken.stream import MOST_WORDS, spoken
from tests.agents.taming.noted import Noted

pytestmark = [pytest.mark.unit, pytest.mark.asyncio(loop_scope="function")]

TOO_LONG = load_prompt("too_long")


async def said(*chunks: str, noted: Noted | None = None) -> list[str]:
    async def text() -> AsyncIterator[str]:
        for chunk in chunks:
            yield chunk

    return [piece async for piece in spoken(text(), noted or Noted())]


@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_the_same_is_said_however_the_words_arrive(size: int) -> None:
    written = "*sighs* **Peter** has 2 doors.\n1. Left\n2. Right\n<think>A. B</think>Which?"
    chunks = [written[at : at + size] for at in range(0, len(written), size)]
    heard = "".join(await said(*chunks))
    assert heard == "Peter has two doors. Left. Right. Which? "


async def test_plain_words_are_not_held_back_until_the_sentence_ends() -> None:
    heard: list[str] = []

    async def text() -> AsyncIterator[str]:
        yield "Once upon a "
        assert heard == ["Once upon a "]
        yield "time."

    async for piece in spoken(text()):
        heard.append(piece)
    assert heard == ["Once upon a ", "time. "]


async def test_a_turn_of_the_usual_length_is_said_whole() -> None:
    written = "The wind rises. " * 30
    assert "".join(await said(written)) == written


async def test_a_monologue_ends_after_a_whole_sentence_on_a_question() -> None:
    noted = Noted()
    heard = "".join(await said("The wind rises at night. " * 100, noted=noted))
    assert noted.all == [(Notice.CUT_SHORT, "by its words")]
    assert heard.endswith(f"at night. {TOO_LONG}")
    assert MOST_WORDS <= len(heard.split()) <= MOST_WORDS + 10


async def test_a_sentence_without_an_end_is_cut_too() -> None:
    for chunks in (["wind "] * 900, ["wind " * 900], ["wind, 1 " * 900]):
        heard = "".join(await said(*chunks))
        assert heard.endswith(TOO_LONG)
        assert len(heard.split()) <= 210


async def test_nothing_is_said_of_what_is_hidden_and_never_ends() -> None:
    assert await said("<think>", "One. Two. ", "Three.") == []
