"""A caller who wants to be remembered, rings again, and wants to be forgotten."""

import pytest

from bot.records import EndReason, Records, utc_now
from bot.records.memory.remembered import Remembered, ToldStory
from tests.e2e.house import (
    GREETING,
    GREETING_END,
    House,
    TestCall,
    assert_heard,
    assert_one_heard,
    is_heard,
)
from tests.e2e.whole_story import ANSWERS, GOODBYES, MORE, is_let_go

pytestmark = [pytest.mark.e2e, pytest.mark.side_by_side]

# The carrier vouches for the number; without that Echo asks for the name first.
ATTESTED = {"X-Attestation": "A"}
# The ears are not sure of either.
FACTS = ("Peter", "Berlin")


async def hear_out(call: TestCall) -> None:
    """To the end of the story, and no more."""
    for answer in ANSWERS:
        await call.phone.say(answer)
        turn = await call.hear(20.0)
        if any(is_heard(turn, words) for words in MORE):
            break
    await call.phone.say("No, thank you. That was lovely.")


async def told_to(house: House, number: str) -> list[str]:
    """The ids of the stories that are remembered of whoever calls from this number."""
    async with Records.open(house.stack.database_url) as records:
        people = await records.memories.of(number)
    return [story.premise for person in people for story in person.told]


async def assert_known(call: TestCall) -> None:
    """Whoever is remembered is greeted as such, and not asked who they are."""
    greeting = await call.hear_until("same person")
    assert_heard(greeting, GREETING)
    assert_one_heard(greeting, *FACTS)
    assert not is_heard(greeting, GREETING_END), "nobody is asked who they are"


async def test_a_caller_who_says_yes_is_known_again(house: House) -> None:
    number = house.new_number()
    async with house.ring(number, headers=ATTESTED) as call:
        assert_one_heard(await call.introduce("I'm Peter from Berlin."), *FACTS)
        await hear_out(call)
        # Answered at once, as people do; what was asked is understood meanwhile.
        await call.phone.wait_for_speech(20.0)
        await call.phone.wait_for_silence(0.8, 30.0)
        await call.phone.say("Yes, please.")
        assert_heard(await call.hear_until("next time", "remember"), "remember")
        assert_heard(await call.hear_until(*GOODBYES), "remember")
        await is_let_go(call)
        assert (await call.record()).end_reason is EndReason.STORY_FINISHED
    assert len(await told_to(house, number)) == 1

    async with house.ring(number, headers=ATTESTED) as call:
        await assert_known(call)
        await call.phone.hang_up()
        await call.record()


async def test_a_caller_who_is_known_gets_another_story_until_they_want_to_be_forgotten(
    house: House,
) -> None:
    number = house.new_number()
    first = ToldStory(premise="lighthouse", line="the lamp burns again", told_at=utc_now())
    async with Records.open(house.stack.database_url) as records:
        peter = Remembered(
            number=number,
            called="peter",
            name="Peter",
            location="Berlin",
            heard_at=first.told_at,
            told=(first,),
        )
        await records.memories.keep(peter)

    async with house.ring(number, headers=ATTESTED) as call:
        await assert_known(call)
        await call.phone.say("Yes, it's me.")
        assert_one_heard(await call.hear(20.0), *FACTS)
        told = await told_to(house, number)
        assert len(told) == 2 and told[0] == first.premise, "another story than the first"
        await call.phone.say("Please forget me.")
        assert_heard(await call.hear_until("end here"), "forgotten", "everything")
        assert await told_to(house, number) == []
        await call.phone.say("Stop, please.")
        assert_one_heard(await call.hear_until(*GOODBYES), *GOODBYES)
        await is_let_go(call)
        await call.record()

    async with house.ring(number, headers=ATTESTED) as call:
        greeting = await call.hear_until(GREETING_END)
        assert_heard(greeting, GREETING)
        assert not [each for each in FACTS if is_heard(greeting, each)]
        await call.phone.hang_up()
        await call.record()
