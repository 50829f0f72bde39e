"""What a job is told that is to go on with a call: which one, and the ticket for it."""

import json
from dataclasses import dataclass

_FIELD = "takeover"


@dataclass(frozen=True)
class Asked:
    """A call without a process, and the ticket that was put into its record."""

    call_id: str
    ticket: str

    @property
    def metadata(self) -> str:
        """The metadata of the dispatch: nothing of the call, because LiveKit shows it around."""
        return json.dumps({_FIELD: [self.call_id, self.ticket]})


def read_asked(metadata: str) -> Asked | None:
    """The call to go on with; None for a job of any other kind."""
    try:
        told = json.loads(metadata)
    except ValueError:
        return None
    match told:
        case {"takeover": [str(call_id), str(ticket)]}:
            return Asked(call_id, ticket)
    return None
