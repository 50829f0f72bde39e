"""A caller who hears a whole story and says goodbye."""

from tests.e2e.house import TestCall, assert_heard, assert_one_heard, is_heard
from tests.second_tries import Misheard

ANSWERS = ("The left door.", "Anna.", "Open the gate, please.", "Throw him a rope.")
MORE = ("one more", "last story")
# Where the left door leads.
GARDEN = ("garden", "dragon", "lemon")
# The ears are not sure of any one word of the goodbye.
GOODBYES = ("for this story", "sleep", "goodbye", "bye bye")
# They lose question marks, too.
QUESTIONS = ("?", "do you", "would you", "what ", "which ", "shall ")


async def hear_whole_story(call: TestCall) -> int:
    """From the greeting to the hang-up; how many turns of the story there were."""
    opening = await call.introduce("I'm Peter from Berlin.")
    assert_heard(opening, "Berlin", "Peter")
    turns = [opening]
    for answer in ANSWERS:
        await call.phone.say(answer)
        turns.append(await call.hear(20.0))
        if _offers_more(turns[-1]):
            break
    assert_one_heard(turns[-1], *MORE)
    assert_one_heard(turns[1], *GARDEN)
    if sum(map(_asks, turns)) < len(turns) - 1:
        raise Misheard(f"turns without a question: {turns}")
    await call.phone.say("No, thank you.")
    await call.hear_until(*GOODBYES)
    await is_let_go(call)
    return len(turns)


async def is_let_go(call: TestCall) -> None:
    """Echo hangs up, and her goodbye is whole."""
    await call.phone.wait_hung_up(10.0)
    assert call.phone.ended_by == "far end"
    assert call.phone.heard_to_the_end, "the goodbye was cut"


def _asks(said: str) -> bool:
    return any(words in said.lower() for words in QUESTIONS)


def _offers_more(said: str) -> bool:
    return any(is_heard(said, words) for words in MORE)
