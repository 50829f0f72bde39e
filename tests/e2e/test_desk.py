"""An operator at the desk sees a call, hears it, ends it with a goodbye, and finds it again."""

import array
import asyncio
import re

import httpx2
import pytest

from bot.records import EndReason
from bot.records.diary import EventKind
from tests.e2e.house import House

pytestmark = pytest.mark.e2e

# Of 16 kHz and 16 bits; and what is louder than any noise of the line.
TWO_SECONDS = 2 * 2 * 16_000
LOUD = 1_000


async def test_an_operator_listens_in_and_ends_a_call_with_echos_goodbye(house: House) -> None:
    desk = await house.stack.start_desk()
    async with httpx2.AsyncClient(base_url=desk) as browser, house.ring() as call:
        await call.begin_story()
        call_id = (await house.store.open_calls())[0].call_id
        page = await _until(browser, "/live", "<td>echo, 0:0")
        assert call_id in page
        assert '<span class="tag pass">yes</span>' in (await browser.get("/line")).text
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token is not None
        form = {"token": token[1]}
        assert (await browser.post(f"/live/{call_id}/listen", data=form)).status_code == 200
        assert await _loudest(browser, f"/live/{call_id}/sound") > LOUD
        answer = await browser.post(f"/live/{call_id}/hang-up", data=form)
        assert answer.status_code == 303
        await call.hear_until("book")
        await call.phone.wait_hung_up(15.0)
        assert call.phone.heard_to_the_end, "the goodbye was cut"
        record = await call.record()
        assert record.end_reason is EndReason.OPERATOR_HUNG_UP
        page = (await browser.get(f"/calls/{call_id}")).text
        for kind in (EventKind.ANSWERED, EventKind.HANDOVER, EventKind.LEG_GONE):
            assert f'class="mark {kind}"' in page
        assert "somebody at the desk listened in" in page
        assert "the call was asked to end" in page


async def _loudest(browser: httpx2.AsyncClient, path: str) -> int:
    """The loudest sample of the first seconds of sound."""
    heard = bytearray()
    async with browser.stream("GET", path) as answer:
        assert answer.status_code == 200
        async for part in answer.aiter_bytes():
            heard += part
            if len(heard) > TWO_SECONDS:
                break
    samples = array.array("h", bytes(heard[44 : 44 + TWO_SECONDS]))
    return max(abs(sample) for sample in samples)


async def _until(browser: httpx2.AsyncClient, path: str, text: str) -> str:
    """The page, as soon as it holds `text`: what a call writes is there within two seconds."""
    async with asyncio.timeout(10):
        while True:
            page = str((await browser.get(path)).text)
            if text in page:
                return page
            await asyncio.sleep(0.2)
