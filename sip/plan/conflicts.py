"""Strangers that would take the same calls as an object of ours.

LiveKit refuses such a pair when one of the two is created, but lets it through when an object is
changed into it, and then refuses every call (503). So the plan looks for it first.
"""

from collections.abc import Iterable

from livekit.protocol.sip import SIPInboundTrunkInfo

from sip.calls.number import mask_number
from sip.objects.kinds import Info, object_id
from sip.route.claims import claims, numbers_of


def conflict_of(wanted: Info, strangers: Iterable[Info]) -> str:
    """Why `wanted` cannot be next to one of `strangers`, of its own kind; empty when it can."""
    wants = claims(wanted)
    for stranger in strangers:
        shared = wants & claims(stranger)
        if not shared:
            continue
        if isinstance(wanted, SIPInboundTrunkInfo):
            number = mask_number(numbers_of(shared)[0]) or "every number"
            return f"the stranger {_label(stranger)} also has {number} for the same callers"
        return f"the stranger {_label(stranger)} takes the same calls"
    return ""


def _label(info: Info) -> str:
    return f"{info.name} ({object_id(info)})" if info.name else object_id(info)
