"""The part of the doctor that needs no server: objects, numbers, strangers."""

import pytest
from livekit.protocol.sip import (
    SIPDispatchRule,
    SIPDispatchRuleCallee,
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
)

from sip.doctor.finding import Finding, Result
from sip.doctor.objects import look_at_objects
from sip.manifest.as_snapshot import as_snapshot
from sip.objects.server import Snapshot
from tests.sip.manifests import SIMPLE, parse

pytestmark = pytest.mark.unit

CALLEE = SIPDispatchRule(dispatch_rule_callee=SIPDispatchRuleCallee())


def findings(snapshot: Snapshot, text: str = SIMPLE) -> list[Finding]:
    return look_at_objects(parse(text), snapshot)


def whole(text: str = SIMPLE) -> Snapshot:
    return as_snapshot(parse(text))


def only(found: list[Finding], result: Result) -> Finding:
    (finding,) = [each for each in found if each.result is result]
    return finding


def test_a_whole_chain_passes_every_check() -> None:
    found = findings(whole())
    assert {each.result for each in found} == {Result.PASS}
    assert [each.check for each in found] == ["objects", "rules", "numbers", "rooms", "strangers"]


def test_no_number_is_shown_whole() -> None:
    for each in findings(whole()):
        assert "2025550" not in each.words


def test_a_number_is_followed_with_a_caller_whom_the_trunk_lets_in() -> None:
    guarded = SIMPLE.replace(
        "ringing_timeout: 20s",
        'allowed_addresses: [sip.example.com, "54.172.60.0/30"]\n'
        '    allowed_numbers: ["+33612345678"]',
    )
    assert {each.result for each in findings(whole(guarded), guarded)} == {Result.PASS}


def test_a_number_for_listed_callers_only_is_followed_with_one_of_them() -> None:
    listed = SIMPLE.replace("rule: {", 'inbound_numbers: ["+33612345678"]\n    rule: {')
    assert {each.result for each in findings(whole(listed), listed)} == {Result.PASS}


def test_a_pin_is_said() -> None:
    pin = SIMPLE.replace("room_prefix: story}", 'room_prefix: story, pin: "12"}')
    (number,) = [each for each in findings(whole(pin), pin) if each.check == "numbers"]
    assert number.words.endswith("after a pin")


def test_a_stranger_that_shares_our_trunk_is_told_even_when_ours_goes_first() -> None:
    snapshot = whole()
    rule = SIPDispatchRuleInfo(
        sip_dispatch_rule_id="SDR_x", name="theirs", trunk_ids=["main"], rule=CALLEE
    )
    rule.inbound_numbers.append("+33612345678")
    found = findings(
        Snapshot(
            snapshot.inbound_trunks, snapshot.outbound_trunks, (*snapshot.dispatch_rules, rule)
        )
    )
    assert "also takes calls of a trunk of ours" in only(found, Result.WARN).words


def test_a_stranger_for_any_number_is_told() -> None:
    snapshot = whole()
    trunk = SIPInboundTrunkInfo(sip_trunk_id="ST_x", allowed_addresses=["10.0.0.1"])
    found = findings(
        Snapshot(
            (*snapshot.inbound_trunks, trunk), snapshot.outbound_trunks, snapshot.dispatch_rules
        )
    )
    assert "trunk ST_x takes calls to every number" in only(found, Result.WARN).words


def test_a_strangers_dangling_rule_is_not_our_failure() -> None:
    snapshot = whole()
    rule = SIPDispatchRuleInfo(
        sip_dispatch_rule_id="SDR_x", name="theirs", trunk_ids=["ST_gone"], rule=CALLEE
    )
    found = findings(
        Snapshot(
            snapshot.inbound_trunks, snapshot.outbound_trunks, (*snapshot.dispatch_rules, rule)
        )
    )
    assert "ST_gone" in only(found, Result.WARN).words


def test_two_rules_for_the_same_calls_are_told_as_503() -> None:
    snapshot = whole()
    twin = SIPDispatchRuleInfo()
    twin.CopyFrom(snapshot.dispatch_rules[0])
    twin.sip_dispatch_rule_id, twin.name = "SDR_x", "theirs"
    found = findings(
        Snapshot(
            snapshot.inbound_trunks, snapshot.outbound_trunks, (*snapshot.dispatch_rules, twin)
        )
    )
    assert "503: rules story and theirs take the same calls" in only(found, Result.FAIL).words


def test_a_file_that_declares_nothing_is_told() -> None:
    found = findings(Snapshot(), "")
    assert only(found, Result.WARN).words == "the file declares nothing"
