"""What a job is told with its dispatch: which call to place instead of taking one."""

import json

_FIELD = "outbound_call"


def write_ticket(call_id: str) -> str:
    """The metadata of the dispatch: nothing but the order's id, because LiveKit shows it around."""
    return json.dumps({_FIELD: call_id})


def ordered_call(metadata: str) -> str | None:
    """The id of the order to place; None for a call that somebody makes to us."""
    try:
        ticket = json.loads(metadata)
    except ValueError:
        return None
    call_id = ticket.get(_FIELD) if isinstance(ticket, dict) else None
    return call_id if isinstance(call_id, str) else None
