"""Orders, the do-not-call list, forgetting; and what the line says of itself."""

from datetime import timedelta
from typing import Any

import pytest

from bot.records import BlockedBy
from bot.records.roster import Act, Acted, WorkerSeen
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


async def test_lists_are_shown_with_how_far_they_are(desk: ADesk) -> None:
    for number, attempt in (("+12025550101", 1), ("+12025550102", 1)):
        key = f"list:march <b>#{number}#{attempt}"
        order = an_order(number=number, idempotency_key=key, asked_at=NOON)
        await desk.records.orders.accept(order, PLENTY)
    page = await desk.page("/outbound")
    assert "march &lt;b&gt;" in page
    assert "Over: 0 of 2" in page


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


def a_worker(**changes: Any) -> WorkerSeen:
    values: dict[str, Any] = {
        "worker_id": "w1",
        "host": "<b>host</b>",
        "pid": 4711,
        "started_at": NOON,
        "seen_at": NOON + timedelta(seconds=55),
        "calls": 3,
        "max_calls": 8,
        "is_ready": True,
        "is_blind": False,
    }
    return WorkerSeen(**{**values, **changes})


async def test_every_worker_is_shown_and_one_that_is_not_seen_is_missing(desk: ADesk) -> None:
    await desk.records.roster.show(a_worker())
    page = await desk.page("/line")
    assert "4711" in page and "&lt;b&gt;host" in page and ">yes<" in page
    await desk.records.roster.show(a_worker(is_ready=False, is_blind=True))
    page = await desk.page("/line")
    assert ">no<" in page and "cannot see" in page
    await desk.records.roster.show(a_worker(seen_at=NOON))
    assert ">missing<" in await desk.page("/line")


async def test_limits_are_shown_with_what_is_left(desk: ADesk) -> None:
    await desk.records.calls.save(a_call())
    page = await desk.page("/line")
    row = "<td>calls of the whole line in a day</td>"
    cells = '<td class="number">1</td><td class="number">100</td><td class="number">99</td>'
    assert row + cells in page
    assert "cost of the whole line in a day" in page and "no limit" in page


async def test_models_that_failed_are_shown_as_text_and_other_faults_are_not(desk: ADesk) -> None:
    failed = a_call(error="llm_error: <script>quota</script>", ended_at=NOON)
    await desk.records.calls.save(failed)
    await desk.records.calls.save(a_call(error="a wish was noted"))
    page = await desk.page("/line")
    assert "llm_error: &lt;script&gt;quota" in page
    assert f'href="/calls/{failed.call_id}"' in page
    assert "a wish was noted" not in page


async def test_what_the_watches_did_is_shown(desk: ADesk) -> None:
    assert "In seven days: nothing." in await desk.page("/line")
    await desk.records.roster.note(
        [Acted(act=Act.ENDED_DEAD, at=NOON, call_id="c1"), Acted(act=Act.BUSY_TONE, at=NOON)]
    )
    page = await desk.page("/line")
    assert '<a href="/calls/c1">hung up a call whose process had died</a>' in page
    assert "for whom no worker came: 1" in page


async def test_the_chain_is_walked_only_when_asked(desk: ADesk) -> None:
    assert "does not accept them" not in await desk.page("/line")
    answer = await desk.post("/line/check")
    assert "the server does not accept them" in answer.text
    assert "Check &lt;LIVEKIT_API_KEY&gt;" in answer.text
