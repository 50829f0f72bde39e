"""Orders, the do-not-call list, forgetting; and what the line says of itself."""

import pytest

from bot.records import BlockedBy
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import NOON, a_call
from tests.desk.desks import ADesk

pytestmark = pytest.mark.unit

NUMBER = "+12025550123"


async def test_orders_are_shown_with_names_as_text(desk: ADesk) -> None:
    await desk.records.orders.accept(an_order(name="<b>Bob</b>"), PLENTY)
    page = await desk.page("/outbound")
    assert "&lt;b&gt;Bob&lt;/b&gt;" in page and NUMBER in page
    assert "1 orders" in page


async def test_a_number_is_blocked_as_it_is_typed(desk: ADesk) -> None:
    answer = await desk.post("/outbound/block", number="(202) 555-0123")
    assert f"{NUMBER} is on the list now." in answer.text
    assert await desk.records.orders.is_blocked(NUMBER)


async def test_what_is_no_number_is_not_blocked(desk: ADesk) -> None:
    answer = await desk.post("/outbound/block", number="<i>nobody</i>")
    assert "Not blocked" in answer.text and "<i>" not in answer.text
    assert await desk.records.orders.blocked() == []


async def test_a_number_is_forgotten_and_the_rows_are_told(desk: ADesk) -> None:
    await desk.records.calls.save(a_call(from_number=NUMBER, ended_at=NOON))
    await desk.records.orders.block(NUMBER, BlockedBy.CALLEE, NOON)
    answer = await desk.post("/outbound/forget", number=NUMBER)
    assert f"{NUMBER} is forgotten: 1 rows went (1 in calls), and 0 files" in answer.text
    assert await desk.records.calls.recent(9) == []
    assert await desk.records.orders.is_blocked(NUMBER)


async def test_nothing_typed_forgets_nothing(desk: ADesk) -> None:
    await desk.records.calls.save(a_call(from_number="", ended_at=NOON))
    assert "Nothing was typed." in (await desk.post("/outbound/forget", number=" ")).text
    assert len(await desk.records.calls.recent(9)) == 1


async def test_the_worker_tells_its_load(desk: ADesk) -> None:
    page = await desk.page("/line")
    assert "<dt>max calls</dt><dd>8</dd>" in page
    desk.worker = None
    assert "does not answer" in await desk.page("/line")


async def test_the_chain_is_walked_only_when_asked(desk: ADesk) -> None:
    assert "does not accept them" not in await desk.page("/line")
    answer = await desk.post("/line/check")
    assert "the server does not accept them" in answer.text
    assert "Check &lt;LIVEKIT_API_KEY&gt;" in answer.text
