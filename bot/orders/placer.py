"""Asking for a call from outside: write it down, find a storyteller, follow it to its end."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Literal

import aiohttp
from livekit.api import (
    CreateAgentDispatchRequest,
    CreateRoomRequest,
    LiveKitAPI,
    ServerError,
)

from bot import messages
from bot.messages import Message
from bot.orders.result import Result
from bot.orders.ticket import write_ticket
from bot.orders.watch import Watch, clear_the_way
from bot.records import (
    DatabaseUnavailable,
    NotNow,
    Order,
    OrderLimits,
    OrderState,
    Records,
    utc_now,
)
from sip.calls.line import hang_up
from sip.calls.outcome import Outcome
from sip.errors import HangUpFailed

logger = logging.getLogger("storyline.outbound")

# A warm worker takes a job within half a second; after this long there is none.
TAKE_LIMIT_S = 10.0
# So long a command waits for another one, which wrote the order down, to find a storyteller.
_OTHER_LIMIT_S = 3.0
_POLL_S = 0.1
# A room in which nobody is left is not kept.
_EMPTY_ROOM_S = 30
_HANG_UP_LIMIT_S = 4.0

Until = Literal["answer", "end"]


class Placer:
    """Places calls by order, for commands; any number of them may work on the same order.

    `secret` is LiveKit's API secret, by which a job knows our messages.
    """

    def __init__(
        self,
        records: Records,
        api: LiveKitAPI,
        *,
        agent_name: str,
        secret: str,
    ) -> None:
        self._records = records
        self._ledger = records.orders
        self._api = api
        self._agent_name = agent_name
        self._secret = secret

    async def accept(
        self, order: Order, limits: OrderLimits, *, again: bool = False
    ) -> tuple[Order, bool]:
        """Write the order down; see Ledger.accept. Raises OrderRefused, DatabaseUnavailable.

        A call that only seems to be in the way, because its job has died, is ended first.
        """
        try:
            return await self._ledger.accept(order, limits, again=again)
        except NotNow:
            if not await clear_the_way(self._records, order):
                raise
        return await self._ledger.accept(order, limits, again=again)

    async def follow(
        self,
        order: Order,
        *,
        is_first: bool,
        until: Until = "end",
        on_progress: Callable[[Order], None] = lambda _: None,
    ) -> Result:
        """Have the order carried out, by ourselves if nobody else does, and see it through.

        `on_progress` is told of every step. A database that stays away ends the watching, not
        the call, and the result says so.
        """
        try:
            if order.state is OrderState.QUEUED:
                order = await self._find_storyteller(order, is_first, on_progress)
            order = await self._see_through(order, until, on_progress)
            record = await self._records.calls.get(order.call_id)
            if order.has_ended and record is not None and record.is_open:
                # Its job died, and no worker is there to hang up.
                with contextlib.suppress(HangUpFailed):
                    await hang_up(self._api, order.room_name)
        except DatabaseUnavailable:
            return Result.out_of_sight(order, is_first=is_first)
        return Result.of(order, record, is_first=is_first)

    async def stop(self, order: Order) -> None:
        """End the call, ringing or answered; does nothing when it is over."""
        # Without the database the call is ended all the same.
        with contextlib.suppress(DatabaseUnavailable):
            order = await self._ledger.cancel(order.call_id, utc_now()) or order
        if order.has_ended:
            return
        if _is_answered(order) and await self._ask_to_end(order):
            return
        # It rings, or its job hangs: without its room the call ends.
        try:
            await hang_up(self._api, order.room_name)
        except HangUpFailed as error:
            logger.error("the call could not be ended", extra={"error": str(error)})

    async def _see_through(
        self, order: Order, until: Until, on_progress: Callable[[Order], None]
    ) -> Order:
        watch = Watch(self._records, order)
        on_progress(order)
        while not (order.has_ended or (until == "answer" and _is_answered(order))):
            await asyncio.sleep(_POLL_S)
            last, order = order, await watch.look()
            if order.state is not last.state:
                on_progress(order)
        return order

    async def _ask_to_end(self, order: Order) -> bool:
        """Tell the job to hang up; False if it does not."""
        with contextlib.suppress(ServerError, aiohttp.ClientError, TimeoutError):
            await messages.send(self._api, self._secret, order.room_name, Message.END)
            with contextlib.suppress(DatabaseUnavailable):
                return await self._ends_within(order.call_id, _HANG_UP_LIMIT_S)
        return False

    async def _find_storyteller(
        self, order: Order, is_first: bool, on_progress: Callable[[Order], None]
    ) -> Order:
        on_progress(order)
        if not is_first:
            taken = await self._taken(order, _OTHER_LIMIT_S)
            if taken.state is not OrderState.QUEUED:
                return taken
            # Whoever wrote it down is gone. Asking twice is harmless: one job gets the order.
        problem = await self._dispatch(order)
        if problem is None:
            order = await self._taken(order, TAKE_LIMIT_S)
            problem = (
                f"No storyteller took the call within {TAKE_LIMIT_S:g} s; nobody was dialled. "
                "Is a worker running, with the same STORYLINE_AGENT_NAME and DATABASE_URL?"
            )
        if order.state is OrderState.QUEUED:
            await self._ledger.end(
                order.call_id,
                Outcome.FAILED,
                utc_now(),
                detail=problem,
                before=(OrderState.QUEUED,),
            )
            with contextlib.suppress(HangUpFailed):
                await hang_up(self._api, order.room_name)
        return await self._ledger.get(order.call_id) or order

    async def _dispatch(self, order: Order) -> str | None:
        """Open the room and ask for the agent; returns what went wrong."""
        try:
            await self._api.room.create_room(
                CreateRoomRequest(
                    name=order.room_name,
                    empty_timeout=_EMPTY_ROOM_S,
                    departure_timeout=_EMPTY_ROOM_S,
                )
            )
            await self._api.agent_dispatch.create_dispatch(
                CreateAgentDispatchRequest(
                    agent_name=self._agent_name,
                    room=order.room_name,
                    metadata=write_ticket(order.call_id),
                )
            )
        except ServerError as error:
            return f"LiveKit refused: {error.message} ({error.code}); nobody was dialled."
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"LiveKit could not be reached ({type(error).__name__}); nobody was dialled."
        return None

    async def _taken(self, order: Order, limit_s: float) -> Order:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while order.state is OrderState.QUEUED:
                    await asyncio.sleep(_POLL_S)
                    order = await self._ledger.get(order.call_id) or order
        return order

    async def _ends_within(self, call_id: str, limit_s: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while True:
                    order = await self._ledger.get(call_id)
                    if order is None or order.has_ended:
                        return True
                    await asyncio.sleep(_POLL_S)
        return False


def _is_answered(order: Order) -> bool:
    return order.state in (OrderState.ANSWERED, OrderState.ENDED)
