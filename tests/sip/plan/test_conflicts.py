"""Which strangers an object cannot be next to, and how they are named."""

import pytest
from livekit.protocol.sip import (
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
    SIPOutboundTrunkInfo,
)

from sip.plan.conflicts import conflict_of

pytestmark = pytest.mark.unit

OURS, OTHER = "+12025550100", "+12025550109"


def trunk(*numbers: str, name: str = "", callers: tuple[str, ...] = ()) -> SIPInboundTrunkInfo:
    return SIPInboundTrunkInfo(
        sip_trunk_id=f"ST_{name or 'nameless'}",
        name=name,
        numbers=numbers,
        allowed_numbers=callers,
    )


def rule(*trunks: str, name: str = "theirs", numbers: tuple[str, ...] = ()) -> SIPDispatchRuleInfo:
    return SIPDispatchRuleInfo(
        sip_dispatch_rule_id=f"SDR_{name}", name=name, trunk_ids=trunks, inbound_numbers=numbers
    )


def test_a_trunk_for_another_number_is_no_conflict() -> None:
    assert conflict_of(trunk(OURS), [trunk(OTHER, name="theirs")]) == ""


def test_the_first_trunk_that_has_the_number_too_is_named_and_the_number_masked() -> None:
    strangers = [trunk(OTHER, name="other"), trunk(OTHER, OURS, name="theirs"), trunk(OURS)]
    reason = conflict_of(trunk(OURS), strangers)
    assert reason.startswith("the stranger theirs (ST_theirs) also has ")
    assert reason.endswith(" for the same callers")
    assert OURS not in reason and OURS[-2:] in reason


def test_two_trunks_for_every_number_say_so() -> None:
    reason = conflict_of(trunk(), [trunk(name="theirs")])
    assert reason == "the stranger theirs (ST_theirs) also has every number for the same callers"


def test_the_same_number_for_other_callers_is_no_conflict() -> None:
    ours, theirs = trunk(OURS, callers=(OTHER,)), trunk(OURS, name="theirs")
    assert conflict_of(ours, [theirs]) == ""


def test_a_stranger_without_a_name_goes_by_its_id() -> None:
    assert conflict_of(trunk(OURS), [trunk(OURS)]).startswith("the stranger ST_nameless also has ")


def test_two_rules_for_one_trunk_take_the_same_calls() -> None:
    reason = conflict_of(rule("ST_1", "ST_2"), [rule("ST_3"), rule("ST_2")])
    assert reason == "the stranger theirs (SDR_theirs) takes the same calls"


@pytest.mark.parametrize(
    "theirs",
    [rule("ST_2"), rule(), rule("ST_1", numbers=(OTHER,))],
    ids=["another-trunk", "every-trunk", "another-number"],
)
def test_rules_for_other_calls_are_no_conflict(theirs: SIPDispatchRuleInfo) -> None:
    assert conflict_of(rule("ST_1"), [theirs]) == ""


def test_two_rules_without_trunks_take_the_same_calls() -> None:
    assert conflict_of(rule(), [rule()]) != ""


def test_outbound_trunks_stand_in_nobodys_way() -> None:
    ours, theirs = SIPOutboundTrunkInfo(numbers=[OURS]), SIPOutboundTrunkInfo(numbers=[OURS])
    assert conflict_of(ours, [theirs]) == ""
