"""Callers who talk to Echo: what they hear, and that nothing of their call is left behind."""

import pytest

from bot.records import AgentReached, EndReason
from tests.e2e.house import House

pytestmark = pytest.mark.e2e

GOODBYES = ("goodbye", "good bye", "bye")


async def test_the_whole_story_is_told_and_ends_with_a_goodbye(house: House) -> None:
    async with house.ring() as call:
        opening = await call.introduce()
        assert "Lisbon" in opening
        assert opening.rstrip().endswith("?")
        said = opening
        for answer in ("Yes, please.", "The left one.", "Yes.", "A small bird.", "Yes.", "Yes."):
            await call.phone.say(answer)
            said = await call.hear(20.0)
            if _is_goodbye(said):
                break
        if not _is_goodbye(said):
            await call.phone.say("No, thank you. Goodbye.")
            said = await call.hear(20.0)
        assert _is_goodbye(said), said
        await call.phone.wait_hung_up(10.0)
        assert call.phone.heard_to_the_end, "the goodbye was cut"
        record = await call.record()
        assert record.end_reason is EndReason.STORY_FINISHED
        assert record.agent_reached is AgentReached.STORY
        assert record.turns >= 3
        assert record.answered_at is not None


async def test_a_caller_who_wants_to_stop_is_let_go_with_a_goodbye(house: House) -> None:
    async with house.ring() as call:
        await call.introduce()
        await call.phone.say("Stop. I have to go now. Goodbye.")
        assert _is_goodbye(await call.hear(20.0))
        await call.phone.wait_hung_up(10.0)
        assert call.phone.heard_to_the_end, "the goodbye was cut"
        assert (await call.record()).end_reason is EndReason.STORY_FINISHED


def _is_goodbye(text: str) -> bool:
    return any(word in text.lower() for word in GOODBYES)
