"""A real Chromium that looks at the desk, and complains of what it meets."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, async_playwright

from tests.missing import missing

AXE = files("axe_playwright_python") / "axe.min.js"
# WCAG AA, and what axe recommends beyond it.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
WIDTH, NARROW, HEIGHT = 1280, 375, 800
SOUND_LIMIT_S = 10.0
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


@dataclass
class Looker:
    """One window. `complaints`: errors on the console, requests that leave this machine."""

    page: Page
    desk: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._see)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {said.text}")

    def _see(self, request: Request) -> None:
        if not request.url.startswith((self.desk, "data:")):
            self.complaints.append(f"{self.page.url} asks for {request.url}")

    async def visit(self, path: str) -> None:
        answer = await self.page.goto(f"{self.desk}{path}")
        assert answer is not None and answer.ok, f"{path}: {answer and answer.status}"

    async def violations(self) -> list[str]:
        """What axe-core finds on the page as it is shown now, one line each."""
        # Not by a <script>: the policy of the page forbids it, as it should.
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: Mapping[str, Any] = await self.page.evaluate("rules => axe.run(rules)", RULES)
        return [
            f"{self.page.url}: {each['id']}: {each['help']}: {node['target']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    async def until_loud(self, level: float) -> None:
        """Until what the page plays has been so loud; `window.loudest` says how loud it was."""
        async with asyncio.timeout(SOUND_LIMIT_S):
            # Playwright's own waiting evaluates strings, which the page's policy forbids.
            while True:
                if await self.page.evaluate("window.loudest") >= level:
                    return
                await asyncio.sleep(0.1)

    async def is_too_wide(self) -> bool:
        """Whether the page as a whole must be moved sideways to be read."""
        return bool(
            await self.page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
        )


@asynccontextmanager
async def chromium(desk: str, scheme: Scheme = "light") -> AsyncIterator[Looker]:
    """Open a window on `desk`. Skips without Chromium; in CI it fails."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        missing("no Chromium here: install Debian's package `chromium`")
    async with async_playwright() as playwright:
        # As root there is no sandbox; nothing but our own pages is looked at.
        browser = await playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        context: BrowserContext = await browser.new_context(
            color_scheme=scheme, viewport={"width": WIDTH, "height": HEIGHT}
        )
        try:
            yield Looker(await context.new_page(), desk)
        finally:
            await browser.close()
