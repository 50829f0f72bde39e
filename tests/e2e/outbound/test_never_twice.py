"""One order is one INVITE, whoever dies, and however many ask."""

import asyncio
import json
import os
import signal

import pytest

from bot.records import EndReason, Ledger, OrderState, utc_now
from sip.calls.outcome import Outcome
from tests.bot.records.orders import PLENTY, an_order
from tests.e2e.house import assert_heard
from tests.e2e.outbound.carrier import carrier, refusing, ringing_for_ever
from tests.e2e.outbound.operator import Operator

pytestmark = pytest.mark.stack

SHORT = ("--trunk", "carrier", "--ring-timeout", "5", "--json")


async def reach(ledger: Ledger, key: str, state: OrderState) -> None:
    """Wait until the order of this key has come as far as `state`."""
    states = list(OrderState)
    async with asyncio.timeout(20):
        while True:
            order = await ledger.with_key(key)
            if order is not None and states.index(order.state) >= states.index(state):
                return
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    "state", [OrderState.QUEUED, OrderState.TAKEN, OrderState.DIALING, OrderState.RINGING]
)
async def test_a_command_killed_and_run_again_rings_once(
    operator: Operator, state: OrderState
) -> None:
    number, key = operator.new_number(), f"killed-{state.value}"
    async with carrier(operator.carrier_port, ringing_for_ever(), operator.new_folder()) as line:
        first = await operator.start(number, *SHORT, "--idempotency-key", key)
        await reach(operator.ledger, key, state)
        first.kill()
        second = await operator.run(number, *SHORT, "--idempotency-key", key)
        assert (second.exit_code, second.answer["outcome"]) == (11, "no-answer"), second
        assert second.answer["first"] is False
        third = await operator.run(number, *SHORT, "--idempotency-key", key)
        assert third.answer["outcome"] == "no-answer"
        await operator.ended(number)
        assert line.invites == 1


async def test_a_command_killed_between_writing_and_asking_is_taken_up_by_the_next(
    operator: Operator,
) -> None:
    number, key = operator.new_number(), "written-only"
    written = an_order(
        number=number,
        idempotency_key=key,
        trunk_id=await operator.trunk_id("carrier"),
        ring_timeout_s=5.0,
        asked_at=utc_now(),
    )
    await operator.ledger.accept(written, PLENTY)
    async with carrier(
        operator.carrier_port, refusing("486 Busy Here"), operator.new_folder()
    ) as line:
        ended = await operator.run(number, *SHORT, "--idempotency-key", key)
        assert (ended.exit_code, ended.answer["call_id"]) == (10, written.call_id), ended
        assert line.invites == 1


async def test_twenty_commands_with_five_keys_are_five_calls(operator: Operator) -> None:
    keys = {f"twenty-{i}": operator.new_number() for i in range(5)}
    async with carrier(
        operator.carrier_port, refusing("486 Busy Here", rings=True), operator.new_folder()
    ) as line:
        commands = [
            await operator.start(number, *SHORT, "--idempotency-key", key)
            for key, number in list(keys.items()) * 4
        ]
        ended = [await command.wait(120.0) for command in commands]
        assert {(e.exit_code, e.answer["outcome"]) for e in ended} == {(10, "busy")}, ended
        assert len({e.answer["call_id"] for e in ended}) == 5
        assert sum(e.answer["first"] for e in ended) == 5
        assert line.invites == 5


async def test_a_job_that_is_killed_while_it_rings_is_not_dialled_again(
    operator: Operator,
) -> None:
    number, key = operator.new_number(), "job-killed"
    async with carrier(operator.carrier_port, ringing_for_ever(), operator.new_folder()) as line:
        arguments = (number, "--trunk", "carrier", "--ring-timeout", "40", "--json")
        command = await operator.start(*arguments, "--idempotency-key", key)
        await reach(operator.ledger, key, OrderState.RINGING)
        for job in operator.house.stack.job_pids():
            os.kill(job, signal.SIGKILL)
        ended = await command.wait(60.0)
        assert (ended.exit_code, ended.answer["outcome"]) == (1, "failed"), ended
        assert "nobody knows" in ended.answer["sentence"]
        assert line.cancels == 1, "the telephone went on ringing"
        again = await operator.run(*arguments, "--idempotency-key", key)
        assert json.loads(again.out)["outcome"] == Outcome.FAILED.value
        assert line.invites == 1


async def test_a_call_of_ours_whose_job_is_killed_goes_on_without_being_dialled_again(
    operator: Operator,
) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    command = await operator.start(number, "--trunk", "telephones", "--json")
    call = await operator.pick_up(telephone)
    await call.hear_turn()
    await call.say("I am Maria from Lisbon.")
    await call.hear_turn(20.0)
    (job,) = operator.house.stack.job_pids()
    os.kill(job, signal.SIGKILL)
    assert_heard((await call.hear_turn(10.0)).text, "lost my thread")
    await call.hang_up()
    ended = await command.wait()
    assert (ended.exit_code, ended.answer["outcome"]) == (0, "answered"), ended
    assert ended.answer["record"]["end_reason"] == EndReason.CALLER_HUNG_UP.value
    assert len(telephone.calls) == 1


async def test_the_same_number_is_not_called_again_within_a_minute_unless_asked(
    operator: Operator,
) -> None:
    number = operator.new_number()
    async with carrier(
        operator.carrier_port, refusing("486 Busy Here"), operator.new_folder()
    ) as line:
        assert (await operator.run(number, *SHORT)).exit_code == 10
        soon = await operator.run(number, *SHORT)
        assert (soon.exit_code, soon.answer["dialled"]) == (15, False)
        assert line.invites == 1
        assert (await operator.run(number, *SHORT, "--again")).exit_code == 10
        assert line.invites == 2


async def test_a_number_that_is_being_called_is_not_called_with_another_key(
    operator: Operator,
) -> None:
    number = operator.new_number()
    async with carrier(operator.carrier_port, ringing_for_ever(), operator.new_folder()) as line:
        # Longer than the second command needs to ask, on however slow a machine.
        rings_on = ("--trunk", "carrier", "--ring-timeout", "60", "--json")
        first = await operator.start(number, *rings_on, "--idempotency-key", "first-key")
        await reach(operator.ledger, "first-key", OrderState.RINGING)
        second = await operator.run(number, *SHORT, "--idempotency-key", "second-key", "--again")
        assert (second.exit_code, second.answer["dialled"]) == (15, False), second
        assert "being called" in second.answer["sentence"]
        first.interrupt()
        assert (await first.wait()).answer["outcome"] == "cancelled"
        assert line.invites == 1
