"""Comparing and changing single fields of LiveKit's messages."""

from typing import Any

import pytest
from livekit.protocol.sip import (
    SIPDispatchRule,
    SIPDispatchRuleIndividual,
    SIPDispatchRuleInfo,
    SIPInboundTrunkInfo,
    SIPMediaEncryption,
)

from sip.objects.message_fields import changed_paths, overlaid, upgraded

pytestmark = pytest.mark.unit


def test_the_order_of_numbers_is_no_change() -> None:
    trunk = SIPInboundTrunkInfo(numbers=["+2", "+1"])
    assert changed_paths(trunk, {"numbers": ["+1", "+2"]}) == []
    assert changed_paths(trunk, {"numbers": ["+1"]}) == [("numbers",)]


def test_the_order_of_codecs_is_a_change() -> None:
    trunk = overlaid(
        SIPInboundTrunkInfo(), {"media": {"codecs": [{"name": "PCMU"}, {"name": "PCMA"}]}}
    )
    turned = {"media": {"codecs": [{"name": "PCMA"}, {"name": "PCMU"}]}}
    assert changed_paths(trunk, turned) == [("media", "codecs")]


def test_no_duration_and_a_duration_of_zero_are_the_same() -> None:
    assert changed_paths(SIPInboundTrunkInfo(), {"ringing_timeout": "0s"}) == []
    trunk = overlaid(SIPInboundTrunkInfo(), {"ringing_timeout": "20s"})
    assert changed_paths(trunk, {"ringing_timeout": "0s"}) == [("ringing_timeout",)]
    assert not overlaid(trunk, {"ringing_timeout": "0s"}).HasField("ringing_timeout")


def test_lists_and_maps_are_replaced_whole() -> None:
    trunk = SIPInboundTrunkInfo(numbers=["+1"], headers={"A": "a"})
    changed = overlaid(trunk, {"numbers": ["+2"], "headers": {"B": "b"}})
    assert changed == SIPInboundTrunkInfo(numbers=["+2"], headers={"B": "b"})
    assert overlaid(changed, {"numbers": [], "headers": {}}) == SIPInboundTrunkInfo()


def test_what_is_not_spoken_of_stays() -> None:
    trunk = SIPInboundTrunkInfo(sip_trunk_id="ST_1", auth_password="p", krisp_enabled=True)
    changed = overlaid(trunk, {"metadata": "m"})
    assert changed == SIPInboundTrunkInfo(
        sip_trunk_id="ST_1", auth_password="p", krisp_enabled=True, metadata="m"
    )


def test_the_given_message_is_not_touched() -> None:
    trunk = SIPInboundTrunkInfo(numbers=["+1"])
    overlaid(trunk, {"numbers": ["+2"]})
    assert list(trunk.numbers) == ["+1"]


def test_another_kind_of_room_takes_the_place_of_the_old_one() -> None:
    individual = SIPDispatchRuleIndividual(room_prefix="story", pin="1")
    rule = SIPDispatchRuleInfo(rule=SIPDispatchRule(dispatch_rule_individual=individual))
    fields: dict[str, Any] = {"rule": {"dispatch_rule_callee": {}}}
    assert changed_paths(rule, fields) == [("rule", "dispatch_rule_callee")]
    changed = overlaid(rule, fields)
    assert changed.rule.WhichOneof("rule") == "dispatch_rule_callee"  # type: ignore[union-attr]
    assert changed_paths(changed, fields) == []


def test_the_old_place_of_media_encryption_is_read_as_the_new_one() -> None:
    require = SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE
    trunk = SIPInboundTrunkInfo(media_encryption=require)
    fields = {"media": {"encryption": "SIP_MEDIA_ENCRYPT_REQUIRE"}}
    assert changed_paths(upgraded(trunk), fields) == []
    cleared = {"media": {"encryption": "SIP_MEDIA_ENCRYPT_DISABLE"}}
    assert changed_paths(upgraded(trunk), cleared) == [("media", "encryption")]


def test_default_values_of_agents_are_no_change() -> None:
    short = {"room_config": {"agents": [{"agent_name": "a"}]}}
    rule = overlaid(SIPDispatchRuleInfo(), short)
    long = {"room_config": {"agents": [{"agent_name": "a", "metadata": "", "attributes": {}}]}}
    assert changed_paths(rule, long) == []
