"""What callers hear when a provider fails, and what must follow."""

from bot.records import AgentReached, EndReason
from local.caller import PhoneCall
from tests.e2e.house import TestCall

# From the caller's last sound: the end of the turn (0.6 s), the way there and back (0.4 s), and
# what a busy machine adds, on top of the promised 3 s and 8 s.
FILLER_HEARD_S = 3.0 + 2.5
APOLOGY_HEARD_S = 8.0 + 3.5

# What the ears make of the stored phrases, and of where a story about Lisbon begins.
FILLER = "think for a moment"
APOLOGY = "sorry"
FAREWELL = "call again"
STORY = "Berlin"
WHO = "I'm Peter from Berlin."


def waited_s(phone: PhoneCall) -> float:
    """How long the caller has waited for the far end's first sound after their own last words."""
    last = phone.caller_speech[-1].end_s
    return min(span.start_s for span in phone.far_speech if span.end_s > last) - last


async def hang_up(call: TestCall) -> AgentReached:
    await call.phone.hang_up()
    record = await call.record()
    assert record.end_reason is EndReason.CALLER_HUNG_UP
    return record.agent_reached


async def assert_proper_end(call: TestCall) -> None:
    """The stored farewell was the last thing said, and was heard to its end."""
    await call.phone.wait_hung_up(10.0)
    assert call.phone.heard_to_the_end
    assert (await call.record()).end_reason is EndReason.PROVIDER_FAILURE
