"""One call that a person asked for: what is checked, and what Ctrl-C does when."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.orders.one_call import check_call, make_call
from bot.orders.request import Request
from bot.orders.result import Result
from bot.records import BlockedBy, Order, OrderState, Records
from sip.calls.outbound_trunk import WayOut
from sip.calls.outcome import Outcome
from tests.bot.orders.test_list_runner import Clock, FakeDesk
from tests.bot.records.orders import an_order
from tests.bot.records.records import NOON

pytestmark = pytest.mark.unit

NUMBER = "+12025550101"
REQUEST = Request(NUMBER, idempotency_key="k")


class Paper:
    """A screen that keeps what it was shown; `yes` and `no` are the person's answers."""

    def __init__(self) -> None:
        self.states: list[OrderState] = []
        self.said: list[str] = []
        self.questions = 0
        self.yes: Callable[[], None] | None = None
        self.no: Callable[[], None] | None = None

    def show(self, order: Order) -> None:
        self.states.append(order.state)

    def say(self, words: str) -> None:
        self.said.append(words)

    def ask_to_end(self) -> None:
        self.questions += 1

    @contextmanager
    def answers(self, on_yes: Callable[[], None], on_no: Callable[[], None]) -> Iterator[None]:
        self.yes, self.no = on_yes, on_no
        yield
        self.yes = self.no = None


@dataclass
class Follows:
    """As a Placer: follows a call that has come as far as `state`, until it is stopped."""

    state: OrderState
    follows: asyncio.Event = field(default_factory=asyncio.Event)
    is_stopped: asyncio.Event = field(default_factory=asyncio.Event)
    until: str = ""
    stopped: list[OrderState] = field(default_factory=list)

    async def follow(
        self,
        order: Order,
        *,
        is_first: bool,
        until: str,
        on_progress: Callable[[Order], None],
    ) -> Result:
        self.until = until
        on_progress(replace(order, state=self.state))
        self.follows.set()
        await self.is_stopped.wait()
        ended = replace(order, state=OrderState.ENDED, outcome=Outcome.CANCELLED)
        return Result.of(ended, None, is_first=is_first)

    async def stop(self, order: Order) -> None:
        self.stopped.append(order.state)
        self.is_stopped.set()


@dataclass
class Scene:
    """A call in progress, and who asked for it."""

    screen: Paper
    placer: Follows
    calling: "asyncio.Task[Result]"

    async def press(self, number: signal.Signals) -> None:
        os.kill(os.getpid(), number)
        handled = asyncio.Event()
        asyncio.get_running_loop().call_later(0.02, handled.set)
        await handled.wait()

    async def result(self) -> Result:
        async with asyncio.timeout(5):
            return await self.calling


async def calling(records: Records, state: OrderState) -> Scene:
    desk, screen, placer = FakeDesk(records, Clock()), Paper(), Follows(state)
    desk.placer = placer
    task = asyncio.create_task(make_call(desk, REQUEST, screen, "end"))
    await placer.follows.wait()
    return Scene(screen, placer, task)


async def test_ctrl_c_while_it_rings_stops_the_call(records: Records) -> None:
    scene = await calling(records, OrderState.RINGING)
    await scene.press(signal.SIGINT)
    assert (await scene.result()).outcome is Outcome.CANCELLED
    assert scene.placer.stopped == [OrderState.RINGING]
    assert (scene.screen.questions, scene.screen.said) == (0, ["ending the call"])
    assert (scene.screen.states, scene.placer.until) == ([OrderState.RINGING], "end")


async def test_after_the_answer_ctrl_c_asks_and_a_second_one_is_a_yes(records: Records) -> None:
    scene = await calling(records, OrderState.ANSWERED)
    await scene.press(signal.SIGINT)
    assert (scene.screen.questions, scene.placer.stopped) == (1, [])
    await scene.press(signal.SIGINT)
    await scene.result()
    assert (scene.screen.questions, len(scene.placer.stopped)) == (1, 1)


async def test_a_yes_ends_the_call_and_after_a_no_it_is_asked_again(records: Records) -> None:
    scene = await calling(records, OrderState.ANSWERED)
    await scene.press(signal.SIGINT)
    assert scene.screen.no is not None and scene.screen.yes is not None
    scene.screen.no()
    await scene.press(signal.SIGINT)
    assert (scene.screen.questions, scene.placer.stopped) == (2, [])
    scene.screen.yes()
    await scene.result()
    assert len(scene.placer.stopped) == 1


async def test_sigterm_ends_an_answered_call_at_once_and_only_once(records: Records) -> None:
    scene = await calling(records, OrderState.ANSWERED)
    await scene.press(signal.SIGTERM)
    await scene.result()
    assert (scene.screen.questions, len(scene.placer.stopped)) == (0, 1)
    loop = asyncio.get_running_loop()
    assert not loop.remove_signal_handler(signal.SIGTERM), "the signal was not given back"
    assert not loop.remove_signal_handler(signal.SIGINT), "the signal was not given back"


async def test_what_the_rules_forbid_is_refused_and_nothing_is_written(records: Records) -> None:
    desk: Any = FakeDesk(records, Clock())
    await records.orders.block(NUMBER, BlockedBy.CALLEE, NOON)
    for request in (REQUEST, Request("911")):
        result = await make_call(desk, request, Paper(), "end")
        checked = await check_call(desk, request)
        assert isinstance(checked, Result) and checked == result
        assert (result.outcome, result.order) == (Outcome.REFUSED, None)
    assert await records.orders.recent(9) == []


async def test_a_dry_run_says_who_would_be_called_by_which_way(records: Records) -> None:
    desk = FakeDesk(records, Clock())
    desk.way_out = WayOut("ST_x", "carrier", "+12025550100")
    assert await check_call(desk, REQUEST) == "Would call +1•••••0101 from +1•••••0100 by carrier."
    assert await records.orders.recent(9) == []


async def test_a_dry_run_with_a_used_key_tells_what_it_came_to(records: Records) -> None:
    desk = FakeDesk(records, Clock())
    order = an_order(number=NUMBER, idempotency_key="k")
    await desk.accept(order, again=False)
    assert "the outcome is queued" in str(await check_call(desk, REQUEST))
    await records.orders.end(order.call_id, Outcome.BUSY, NOON)
    assert "the outcome is busy" in str(await check_call(desk, REQUEST))


@pytest.mark.parametrize("again", [False, True])
async def test_whether_a_number_may_be_called_again_at_once_is_the_persons_word(
    records: Records, again: bool
) -> None:
    desk = FakeDesk(records, Clock())
    order = an_order(number=NUMBER)
    await desk.accept(order, again=False)
    await records.orders.take(order.call_id, "AJ", NOON)
    await records.orders.mark_ready(order.call_id)
    await records.orders.claim_dialling(order.call_id, NOON)
    await records.orders.end(order.call_id, Outcome.BUSY, NOON)
    desk.way_out = WayOut("ST_x", "carrier", "+12025550100")
    checked = await check_call(desk, Request(NUMBER, again=again))
    assert isinstance(checked, Result) is not again
