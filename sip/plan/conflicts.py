"""Strangers that would take the same calls as an object of ours.

LiveKit refuses such a pair when one of the two is created, but lets it through when an object is
changed into it, and then refuses every call (503). So the plan looks for it first.
"""

from collections.abc import Iterable
from itertools import product

from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo

from sip.calls.number import mask_number
from sip.objects.kinds import Info, object_id
from sip.route.rule_match import pin_of
from sip.route.trunk_match import normalized


def conflict_of(wanted: Info, strangers: Iterable[Info]) -> str:
    """Why `wanted` cannot be next to one of `strangers`; empty when it can."""
    for stranger in strangers:
        if isinstance(wanted, SIPInboundTrunkInfo) and isinstance(stranger, SIPInboundTrunkInfo):
            reason = _trunk_conflict(wanted, stranger)
        elif isinstance(wanted, SIPDispatchRuleInfo) and isinstance(stranger, SIPDispatchRuleInfo):
            reason = "takes the same calls" if _calls(wanted) & _calls(stranger) else ""
        else:
            reason = ""  # outbound trunks stand in nobody's way
        if reason:
            return f"the stranger {_label(stranger)} {reason}"
    return ""


def _trunk_conflict(wanted: SIPInboundTrunkInfo, stranger: SIPInboundTrunkInfo) -> str:
    shared = _shared(wanted.numbers, stranger.numbers)
    if not shared or not _shared(wanted.allowed_numbers, stranger.allowed_numbers):
        return ""
    return f"also has {mask_number(shared[0]) or 'every number'} for the same callers"


def _shared(ones: Iterable[str], others: Iterable[str]) -> list[str]:
    """What both lists have; an empty list means everything, and clashes with another."""
    return sorted(_all_of(ones) & _all_of(others))


def _all_of(numbers: Iterable[str]) -> set[str]:
    return {normalized(number) for number in numbers} or {""}


def _calls(rule: SIPDispatchRuleInfo) -> set[tuple[str, ...]]:
    return set(
        product(
            rule.trunk_ids or [""],
            [pin_of(rule)],
            _all_of(rule.inbound_numbers),
            _all_of(rule.numbers),
        )
    )


def _label(info: Info) -> str:
    return f"{info.name} ({object_id(info)})" if info.name else object_id(info)
