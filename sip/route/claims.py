"""Which calls a trunk or a rule lays claim to.

Two trunks or two rules with one claim in common clash: LiveKit refuses such a pair when one of the
two is created, and refuses the calls (503) when one was changed into it.
"""

from collections.abc import Iterable
from itertools import product
from typing import TypeAlias

from livekit.protocol.sip import SIPDispatchRuleInfo, SIPInboundTrunkInfo

from sip.objects.kinds import Info
from sip.route.room_rule import pin_of
from sip.route.trunk_match import normalized

# Of an inbound trunk: number called and caller. Of a rule: trunk, pin, caller and number called.
# An empty text means every one, and clashes only with another every one.
Claim: TypeAlias = tuple[str, ...]


def claims(item: Info) -> frozenset[Claim]:
    """Every claim of a trunk or a rule; none for outbound trunks, which stand in nobody's way."""
    if isinstance(item, SIPDispatchRuleInfo):
        callers, called = _numbers(item.inbound_numbers), _numbers(item.numbers)
        return frozenset(product(item.trunk_ids or [""], [pin_of(item)], callers, called))
    if isinstance(item, SIPInboundTrunkInfo):
        return frozenset(product(_numbers(item.numbers), _numbers(item.allowed_numbers)))
    return frozenset()


def numbers_of(claimed: Iterable[Claim]) -> list[str]:
    """The called numbers of a trunk's claims, sorted; an empty text for every number."""
    return sorted({number for number, _ in claimed})


def _numbers(written: Iterable[str]) -> set[str]:
    return {normalized(number) for number in written} or {""}
