"""Whatever the carrier answers: one word, one exit code, one record, and no room left behind."""

import pytest

from bot.records import Direction, EndReason
from sip.calls.outcome import Outcome
from tests.e2e.outbound.carrier import (
    carrier,
    challenging,
    refusing,
    ringing_for_ever,
    silent,
)
from tests.e2e.outbound.operator import Operator

pytestmark = pytest.mark.stack

SHORT = ("--trunk", "carrier", "--ring-timeout", "5", "--json")


@pytest.mark.parametrize(
    ("scenario", "outcome", "exit_code", "status"),
    [
        pytest.param(refusing("486 Busy Here", rings=True), Outcome.BUSY, 10, 486, id="486"),
        pytest.param(refusing("600 Busy Everywhere"), Outcome.BUSY, 10, 600, id="600"),
        pytest.param(refusing("603 Decline", rings=True), Outcome.DECLINED, 12, 603, id="603"),
        pytest.param(refusing("404 Not Found"), Outcome.UNREACHABLE, 13, 404, id="404"),
        pytest.param(
            refusing("480 Temporarily Unavailable"), Outcome.UNREACHABLE, 13, 480, id="480"
        ),
        pytest.param(refusing("503 Service Unavailable"), Outcome.FAILED, 1, 503, id="503"),
        pytest.param(refusing("488 Not Acceptable Here"), Outcome.FAILED, 1, 488, id="488"),
        pytest.param(challenging(), Outcome.FAILED, 1, None, id="407"),
        pytest.param(ringing_for_ever(), Outcome.NO_ANSWER, 11, None, id="rings-for-ever"),
        pytest.param(silent(), Outcome.UNREACHABLE, 13, None, id="never-answers"),
    ],
)
async def test_a_call_that_nobody_answers_has_its_own_outcome(
    operator: Operator, scenario: str, outcome: Outcome, exit_code: int, status: int | None
) -> None:
    number = operator.new_number()
    async with carrier(operator.carrier_port, scenario, operator.new_folder()) as line:
        ended = await operator.run(number, *SHORT)
        assert (ended.answer["outcome"], ended.exit_code) == (outcome.value, exit_code), ended
        assert ended.answer["sip_status"] == status
        assert ended.answer["sentence"].endswith(".")
        order, record = await operator.ended(number)
        assert line.invites == 1
        gave_up = status is None and outcome is not Outcome.FAILED
        assert line.cancels == (1 if gave_up else 0)
    assert order.outcome is outcome
    assert record is not None
    assert (record.direction, record.end_reason) == (
        Direction.OUTBOUND,
        EndReason.NEVER_ANSWERED,
    )
    assert (record.to_number, record.answered_at) == (number, None)
