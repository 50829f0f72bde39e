"""The operator stops a call, asks what would happen, and keeps the list."""

import pytest

from bot.records import EndReason
from sip.calls.outcome import Outcome
from tests.e2e.outbound.carrier import carrier, ringing_for_ever
from tests.e2e.outbound.operator import Operator

pytestmark = pytest.mark.stack

BY_PHONE = ("--trunk", "telephones")


async def test_ctrl_c_while_it_rings_stops_the_ringing(operator: Operator) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    command = await operator.start(number, *BY_PHONE, "--json")
    ringing = await telephone.wait_call()
    begun_s = ringing.now_s
    command.interrupt()
    assert await ringing.wait_given_up(5.0) - begun_s < 3.0
    ended = await command.wait()
    assert (ended.exit_code, ended.answer["outcome"]) == (14, "cancelled"), ended
    order, record = await operator.ended(number)
    assert order.outcome is Outcome.CANCELLED
    assert record is not None and record.end_reason is EndReason.NEVER_ANSWERED


async def test_ctrl_c_while_it_rings_is_a_cancel_on_the_wire(operator: Operator) -> None:
    number = operator.new_number()
    async with carrier(operator.carrier_port, ringing_for_ever(), operator.new_folder()) as line:
        command = await operator.start(number, "--trunk", "carrier", "--json")
        await line.wait_invite()
        command.interrupt()
        assert (await command.wait()).exit_code == 14
        await operator.ended(number)
        assert (line.invites, line.cancels) == (1, 1)


async def test_a_dry_run_calls_nobody(operator: Operator) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    ended = await operator.run(number, *BY_PHONE, "--dry-run")
    assert ended.exit_code == 0 and "Would call" in ended.out, ended
    assert telephone.calls == []
    assert [o for o in await operator.ledger.recent(1000) if o.number == number] == []


@pytest.mark.parametrize(
    ("number", "env", "reason"),
    [
        ("911", {}, "emergency"),
        ("+19005550123", {}, "premium-rate"),
        ("+33612345678", {}, "country"),
        ("+12025550199", {"STORYLINE_CALLING_HOURS": "00:00-00:01"}, "calling hours"),
    ],
)
async def test_what_the_rules_forbid_is_refused_before_anything_is_written(
    operator: Operator, number: str, env: dict[str, str], reason: str
) -> None:
    before = await operator.ledger.recent(1000)
    ended = await operator.run(number, *BY_PHONE, "--json", env=env)
    assert (ended.exit_code, ended.answer["outcome"]) == (15, "refused")
    assert reason in ended.answer["sentence"]
    assert await operator.ledger.recent(1000) == before


async def test_a_blocked_number_is_listed_refused_and_let_go_again(operator: Operator) -> None:
    number = operator.new_number()
    assert (await operator.run("block", number)).exit_code == 0
    assert number in (await operator.run("blocked")).out
    refused = await operator.run(number, *BY_PHONE, "--json")
    assert (refused.exit_code, refused.answer["call_id"]) == (15, None)
    assert (await operator.run("unblock", number)).exit_code == 0
    assert (await operator.run("unblock", number)).exit_code == 1
    assert (await operator.run(number, *BY_PHONE, "--dry-run")).exit_code == 0


async def test_without_a_storyteller_nobody_is_dialled(operator: Operator) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    env = {"STORYLINE_AGENT_NAME": "nobody-serves-this"}
    ended = await operator.run(number, *BY_PHONE, "--json", env=env)
    assert (ended.exit_code, ended.answer["outcome"]) == (1, "failed")
    assert "within 10 s" in ended.answer["sentence"]
    assert telephone.calls == []
    await operator.ended(number)
