"""The moment in which one agent gives a call to the next."""

from livekit.agents import RunContext, StopResponse

from agents.conversation import Conversation


def begin_handover(context: RunContext[Conversation]) -> Conversation:
    """For a tool that hands over, first of all. Raises StopResponse when this turn has done so."""
    # An interruption from here on would run the tool and drop the handover.
    context.disallow_interruptions()
    conversation = context.userdata
    if conversation.handover == context.speech_handle.id:
        raise StopResponse  # the model called twice in one turn; the first call counts
    # In a later turn it may be called again: then the first handover did not come about.
    conversation.handover = context.speech_handle.id
    return conversation
