"""Nobody puts somebody else's number on the list by calling from it."""

import pytest
from livekit.protocol.models import ParticipantInfo

from bot.call.do_not_call import block_caller, block_number
from bot.records import BlockedBy, Ledger
from sip.calls.call_info import CallInfo

pytestmark = pytest.mark.unit


async def listed(ledger: Ledger) -> list[tuple[str, BlockedBy]]:
    return [(entry.number, entry.by) for entry in await ledger.blocked()]


def caller(number: str, attestation: str) -> CallInfo:
    attributes = {
        "sip.ruleID": "SDR_1",
        "sip.phoneNumber": number,
        "sip.trunkPhoneNumber": "+12025550100",
        "storyline.attestation": attestation,
    }
    return CallInfo.of(ParticipantInfo.Kind.SIP, attributes)


@pytest.mark.parametrize(
    "attestation", ["", "B", "C", "TN-Validation-Passed-B", "No-TN-Validation"]
)
async def test_a_caller_whom_nobody_vouches_for_blocks_nobody(
    ledger: Ledger, attestation: str
) -> None:
    wishes: list[str] = []
    assert not await block_caller(ledger, caller("+12025550123", attestation), wishes.append)
    assert await listed(ledger) == []
    [wish] = wishes
    assert "make-call block" in wish
    assert "2025550123" not in wish


@pytest.mark.parametrize("attestation", ["A", "TN-Validation-Passed-A"])
async def test_a_caller_whom_the_carrier_vouches_for_is_blocked(
    ledger: Ledger, attestation: str
) -> None:
    wishes: list[str] = []
    assert await block_caller(ledger, caller("2025550123", attestation), wishes.append)
    assert await listed(ledger) == [("+12025550123", BlockedBy.CALLEE)]
    assert wishes == []


@pytest.mark.parametrize("number", ["anonymous", "911", "1115550123"])
async def test_a_number_that_is_none_is_not_blocked(ledger: Ledger, number: str) -> None:
    assert not await block_caller(ledger, caller(number, "A"), lambda wish: None)
    assert await listed(ledger) == []


async def test_whoever_was_called_is_blocked_by_the_number_that_was_dialled(ledger: Ledger) -> None:
    assert await block_number(ledger, "+12025550123")
    assert await listed(ledger) == [("+12025550123", BlockedBy.CALLEE)]
