from unittest.mock import MagicMock

import pytest
from livekit.protocol.models import ParticipantInfo

from sip.calls.call_info import CallInfo, CallStatus, Direction, call_status, is_answered

pytestmark = pytest.mark.unit

SIP = ParticipantInfo.Kind.SIP
STANDARD = ParticipantInfo.Kind.STANDARD

INBOUND = {
    "sip.callID": "SCL_1",
    "sip.trunkID": "ST_1",
    "sip.ruleID": "SDR_1",
    "sip.phoneNumber": "+12025550123",
    "sip.trunkPhoneNumber": "+12025550100",
    "sip.callStatus": "ringing",
}


def test_an_inbound_call_was_made_by_the_other_party() -> None:
    assert CallInfo.of(SIP, INBOUND) == CallInfo(
        direction=Direction.INBOUND,
        caller_number="+12025550123",
        called_number="+12025550100",
        caller_text="+12025550123",
        called_text="+12025550100",
        sip_call_id="SCL_1",
        trunk_id="ST_1",
        rule_id="SDR_1",
        status=CallStatus.RINGING,
    )


@pytest.mark.parametrize("shown", [None, "anonymous", "Anonymous", "Restricted", "unavailable"])
def test_a_caller_may_show_no_number(shown: str | None) -> None:
    attributes = {name: text for name, text in INBOUND.items() if name != "sip.phoneNumber"}
    assert CallInfo.of(SIP, attributes | ({"sip.phoneNumber": shown} if shown else {})).is_withheld
    assert not CallInfo.of(SIP, INBOUND).is_withheld


def test_a_call_without_a_rule_was_placed_by_us() -> None:
    attributes = {name: value for name, value in INBOUND.items() if name != "sip.ruleID"}
    call = CallInfo.of(SIP, attributes)
    assert call.direction is Direction.OUTBOUND
    assert call.caller_number == "+12025550100"
    assert call.called_number == "+12025550123"


@pytest.mark.parametrize(
    ("written", "ours", "region", "number"),
    [
        ("2025550123", "+12025550100", "", "+12025550123"),
        ("2025550123", "+12025550100", "FR", "+12025550123"),
        ("2025550123", "2025550100", "US", "+12025550123"),
        ("2025550123", "2025550100", "", None),
        ("02079460958", "+442079460000", "US", "+442079460958"),
        ("john.doe", "+12025550100", "US", None),
    ],
)
def test_a_caller_is_known_by_one_spelling_and_the_carriers_is_kept(
    written: str, ours: str, region: str, number: str | None
) -> None:
    attributes = {**INBOUND, "sip.phoneNumber": written, "sip.trunkPhoneNumber": ours}
    call = CallInfo.of(SIP, attributes, region)
    assert (call.caller_number, call.caller_text) == (number, written)
    assert "2025550123" not in str(call)
    assert "john" not in str(call)


def test_what_the_far_end_writes_is_one_clean_short_line() -> None:
    call = CallInfo.of(SIP, {**INBOUND, "sip.phoneNumber": "a\x1b[2J\r\n\u202e" + "x" * 999})
    assert call.caller_text is not None
    assert call.caller_text.isprintable()
    assert len(call.caller_text) == 200


def test_hidden_numbers_are_unknown_and_the_rest_remains() -> None:
    hidden = {"sip.callID": "SCL_1", "sip.ruleID": "SDR_1", "sip.callStatus": "active"}
    call = CallInfo.of(SIP, hidden)
    assert call.is_sip
    assert call.caller_number is None
    assert call.called_number is None
    assert call.status is CallStatus.ACTIVE


def test_a_web_visitor_is_no_telephone_even_with_sip_attributes() -> None:
    call = CallInfo.of(STANDARD, INBOUND)
    assert call == CallInfo(direction=Direction.WEB)
    assert not call.is_sip


def test_stand_in_attributes_that_are_not_text_are_unknown() -> None:
    assert CallInfo.of(SIP, MagicMock()) == CallInfo(direction=Direction.OUTBOUND)


@pytest.mark.parametrize("value", ["dialing", "ringing", "automation", "hangup", "", "new-word"])
def test_only_active_means_that_the_caller_hears_us(value: str) -> None:
    assert not is_answered({"sip.callStatus": value})
    assert is_answered({"sip.callStatus": "active"})
    assert not is_answered({})


def test_a_status_that_we_do_not_know_is_none() -> None:
    assert call_status({"sip.callStatus": "new-word"}) is None


def test_neither_form_of_a_call_shows_a_whole_number() -> None:
    call = CallInfo.of(SIP, INBOUND)
    for text in (str(call), repr(call)):
        assert "+1•••••0123" in text
        assert "2025550123" not in text
        assert "2025550100" not in text


@pytest.mark.parametrize(
    ("attestation", "is_attested", "is_doubted"),
    [
        ("A", True, False),
        (" tn-validation-passed-a ", True, False),
        ("B", False, True),
        ("No-TN-Validation", False, True),
        ("", False, False),
        (None, False, False),
    ],
)
def test_a_number_is_vouched_for_or_doubted_or_nothing_is_said_of_it(
    attestation: str | None, is_attested: bool, is_doubted: bool
) -> None:
    told = {} if attestation is None else {"storyline.attestation": attestation}
    info = CallInfo.of(SIP, INBOUND | told)
    assert (info.is_attested, info.is_doubted) == (is_attested, is_doubted)


def test_of_a_call_that_we_make_no_number_is_doubted() -> None:
    attributes = {name: text for name, text in INBOUND.items() if name != "sip.ruleID"}
    assert not CallInfo.of(SIP, attributes | {"storyline.attestation": "B"}).is_doubted
