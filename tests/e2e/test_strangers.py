"""Callers who may not come in."""

import pytest

from local.caller import CallFailed
from tests.e2e.house import House

pytestmark = pytest.mark.e2e


async def test_a_wrong_password_is_refused_and_opens_no_room(house: House) -> None:
    number = house.new_number()
    ringing = await house.start_ringing(number, password="not-the-password")
    with pytest.raises(CallFailed) as refused:
        await ringing.wait_answered(10.0)
    assert refused.value.status_code in (401, 403, 407)
    assert await house.rooms() == []
    assert await house.record(number) is None
