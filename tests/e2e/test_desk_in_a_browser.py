"""The desk in a real Chromium, on a real call: seen, heard, ended, and read by everybody."""

import pytest

from bot.records import EndReason
from tests.e2e.chromium import HEIGHT, NARROW, SCHEMES, WIDTH, Looker, chromium
from tests.e2e.house import House

pytestmark = pytest.mark.e2e

SOON_MS = 10_000
# How loud the sound is that the page plays: an analyser in front of the loudspeaker.
TAP = """
const connect = AudioNode.prototype.connect;
window.loudest = 0;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target instanceof AudioDestinationNode) {
    const meter = this.context.createAnalyser();
    connect.call(this, meter);
    const samples = new Float32Array(meter.fftSize);
    const look = () => {
      meter.getFloatTimeDomainData(samples);
      window.loudest = Math.max(window.loudest, ...samples.map(Math.abs));
      requestAnimationFrame(look);
    };
    look();
  }
  return connect.call(this, target, ...rest);
};
"""


async def test_an_operator_sees_hears_and_ends_a_call_without_loading_a_page_again(
    house: House,
) -> None:
    desk = await house.stack.start_desk()
    async with chromium(desk) as looker:
        page = looker.page
        await page.add_init_script(TAP)
        await looker.visit("/live")
        await page.get_by_text("Nobody is on the line.").wait_for(timeout=SOON_MS)
        async with house.ring() as call:
            await call.begin_story()
            (record,) = await house.store.open_calls()
            see = page.locator(f"#see-{record.call_id}")
            await see.wait_for(timeout=SOON_MS)
            assert not await looker.violations()
            await page.locator(f"#hear-{record.call_id}").click()
            await page.get_by_role("button", name="Listen").click()
            await page.get_by_text("Listening", exact=True).wait_for(timeout=SOON_MS)
            await looker.until_loud(0.05)
            assert not await looker.violations()
            await page.get_by_role("button", name="Hang up, with a goodbye").click()
            await call.hear_until("book")
            await call.phone.wait_hung_up(15.0)
            assert call.phone.heard_to_the_end, "the goodbye was cut"
            ended = await call.record()
        assert ended.end_reason is EndReason.OPERATOR_HUNG_UP
        await page.get_by_text("Nobody is on the line.").wait_for(timeout=SOON_MS)
        await open_by_keyboard(looker, record.call_id)
        assert looker.complaints == []
    for scheme in SCHEMES:
        async with chromium(desk, scheme) as looker:
            assert await read_by_everybody(looker, record.call_id) == [], scheme


async def open_by_keyboard(looker: Looker, call_id: str) -> None:
    """From the top of the list of calls to the newest one, with Tab and Enter alone."""
    page = looker.page
    await looker.visit("/calls")
    link = f"/calls/{call_id}"
    for _ in range(60):
        await page.keyboard.press("Tab")
        focus = await page.evaluate(
            """() => { const it = document.activeElement, style = getComputedStyle(it);
            return [it.getAttribute("href"), style.outlineStyle, it.outerHTML]; }"""
        )
        assert focus[1] != "none", f"one cannot see where one is: {focus[2]}"
        if focus[0] == link:
            break
    else:
        pytest.fail("the call is not reached by Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**{link}")


async def read_by_everybody(looker: Looker, call_id: str) -> list[str]:
    """What is wrong with any page: for eyes, for readers of screens, on a telephone."""
    found: list[str] = []
    for path in ("/calls", f"/calls/{call_id}", "/live", "/outbound", "/line"):
        await looker.visit(path)
        found += await looker.violations()
        await looker.page.set_viewport_size({"width": NARROW, "height": HEIGHT})
        if await looker.is_too_wide():
            found.append(f"{path} is wider than a telephone")
        await looker.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    return [*found, *looker.complaints]
