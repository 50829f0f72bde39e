"""What clashes, for trunks and for rules, by one function."""

import pytest
from livekit.protocol.sip import (
    SIPDispatchRule,
    SIPDispatchRuleIndividual,
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
    SIPOutboundTrunkInfo,
)

from sip.route.claims import claims, numbers_of

pytestmark = pytest.mark.unit

ONE, OTHER = "+12025550100", "+12025550101"


def trunk(*numbers: str, callers: tuple[str, ...] = ()) -> SIPInboundTrunkInfo:
    return SIPInboundTrunkInfo(numbers=numbers, allowed_numbers=callers)


def rule(*trunks: str, pin: str = "", called: tuple[str, ...] = ()) -> SIPDispatchRuleInfo:
    room = SIPDispatchRule(dispatch_rule_individual=SIPDispatchRuleIndividual(pin=pin))
    return SIPDispatchRuleInfo(trunk_ids=trunks, rule=room, numbers=called)


def clash(
    one: SIPInboundTrunkInfo | SIPDispatchRuleInfo, other: SIPInboundTrunkInfo | SIPDispatchRuleInfo
) -> bool:
    return bool(claims(one) & claims(other))


def test_trunks_clash_by_number_and_caller_however_a_number_is_written() -> None:
    assert clash(trunk(ONE), trunk("1 (202) 555-0100", OTHER))
    assert clash(trunk(), trunk())
    assert clash(trunk(ONE, callers=(OTHER,)), trunk(ONE, callers=(OTHER,)))
    assert not clash(trunk(ONE), trunk(OTHER))
    assert not clash(trunk(ONE), trunk())
    assert not clash(trunk(ONE), trunk(ONE, callers=(OTHER,)))
    assert numbers_of(claims(trunk(OTHER, ONE, callers=("1", "2")))) == [ONE, OTHER]


def test_rules_clash_by_trunk_pin_and_numbers() -> None:
    assert clash(rule("T1", "T2"), rule("T2"))
    assert clash(rule(), rule())
    assert clash(rule("T", called=(ONE,)), rule("T", called=(ONE[1:],)))
    assert not clash(rule("T"), rule())
    assert not clash(rule("T"), rule("T", pin="1"))
    assert not clash(rule("T"), rule("T", called=(ONE,)))


def test_outbound_trunks_stand_in_nobodys_way() -> None:
    assert claims(SIPOutboundTrunkInfo(numbers=[ONE])) == frozenset()
