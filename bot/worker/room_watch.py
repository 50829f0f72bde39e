"""Looks after telephones that nobody talks to, from LiveKit's own list of rooms.

LiveKit offers a call to its workers once. When none takes it (all full, all restarting), or when
the agent that took it dies, LiveKit does nothing more: the caller rings for minutes, or sits in
silence. And it may go on listing a room that it has closed. This watch needs no database and no
memory: it looks, asks for an agent again, ends what nobody comes for, and clears away what is left.
Any number of them may run, on any machine.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from typing import Protocol

from bot.records.roster import Act
from bot.worker.errands import Errands, watch_on
from bot.worker.rooms import API_ERRORS
from bot.worker.sights.orphans import Orphan, Orphans, Sight, Standing
from bot.worker.sights.since import Since
from sip.errors import HangUpFailed

logger = logging.getLogger("storyline.watch")

_POLL_S = 1.0
_HANG_UP_S = 5.0
# A telephone rings alone for so long before somebody is asked for; the first job takes 0.5 s.
_ASK_AFTER_S = 2.0
_ASK_AGAIN_S = 2.5
# Then the caller gets 486, the busy tone, instead of a minute of ringing.
_RINGING_S = 9.0
# An agent that connects anew is away for a moment; one that died has left LiveKit's list already.
_SILENT_S = 4.0
# Where another job was asked to go on with the call, bot/worker/rescue.py is to give up first.
_HANDED_ON_S = 12.0
# LiveKit may write a room into its list in the moment in which it closes it, and never looks at it
# again. A room of somebody who only waits for company has a server.
_EMPTY_S = 20.0


class RoomsOfLiveKit(Protocol):
    """What the watch needs of LiveKit; bot/worker/rooms.py is it."""

    async def look(self) -> list[Sight]: ...
    async def standing(self, room_name: str) -> Standing: ...
    async def is_coming(self, room_name: str) -> bool: ...
    async def ask_again(self, room_name: str) -> None: ...
    async def hang_up(self, room_name: str) -> bool: ...
    async def is_served(self, room_name: str) -> bool: ...
    async def clear(self, room_name: str) -> None: ...


class RoomWatch:
    """Runs until cancelled. `jitter_s`: two watches that see the same do not ask in one moment."""

    def __init__(
        self,
        rooms: RoomsOfLiveKit,
        *,
        poll_s: float = _POLL_S,
        monotonic: Callable[[], float] = time.monotonic,
        jitter_s: Callable[[], float] = lambda: random.uniform(0.0, 1.0),
        did: Callable[[Act], None] = lambda act: None,
    ) -> None:
        self._did = did
        self._rooms = rooms
        self._poll_s = poll_s
        self._monotonic = monotonic
        self._jitter_s = jitter_s
        gap_s = 4 * poll_s + _HANG_UP_S
        self._orphans = Orphans(gap_s=gap_s)
        self._empty = Since(gap_s=gap_s)
        self._strangers: set[str] = set()
        self._asked_s: dict[str, float] = {}
        self._busy = Errands()
        self._is_blind = False

    @property
    def is_blind(self) -> bool:
        """Whether LiveKit could not be asked the last time."""
        return self._is_blind

    async def run(self) -> None:
        """Watch until cancelled; nothing else ends it."""
        await watch_on(self.poll, self._busy, poll_s=self._poll_s, logger=logger)

    async def poll(self) -> None:
        """Look once, and begin to do what there is to do."""
        try:
            sights = await self._rooms.look()
        except API_ERRORS as error:
            if not self._is_blind:
                logger.warning("the watch cannot see the rooms", extra={"error": repr(error)})
            self._is_blind = True
            return
        if self._is_blind:
            logger.info("the watch can see the rooms again")
            self._is_blind = False
        known = {room.sid for room in sights}
        self._strangers &= known
        self._asked_s = {sid: at_s for sid, at_s in self._asked_s.items() if sid in known}
        now_s = self._monotonic()
        for orphan in self._orphans.judge(sights, monotonic_s=now_s):
            sid = orphan.room.sid
            is_known = sid in self._strangers or sid in self._busy
            if orphan.alone_s >= _ASK_AFTER_S and not is_known:
                self._busy.begin(sid, self._look_after(orphan), name="telephone that is alone")
        self._look_at_the_empty(sights, now_s)

    def _look_at_the_empty(self, sights: list[Sight], now_s: float) -> None:
        empty = {room.sid: room for room in sights if room.is_empty}
        empty_s = self._empty.look(empty, monotonic_s=now_s)
        for sid, room in empty.items():
            if empty_s[sid] >= _EMPTY_S and sid not in self._busy:
                self._busy.begin(sid, self._clear(room), name="room that nobody may have")

    async def settle(self) -> None:
        """Wait for what is under way."""
        await self._busy.settle()

    async def _look_after(self, orphan: Orphan) -> None:
        room = orphan.room
        try:
            standing = await self._rooms.standing(room.name)
            may_ask = standing is Standing.TAKEN and not room.is_answered
            if standing is Standing.STRANGE:
                self._strangers.add(room.sid)
            elif orphan.alone_s >= _patience_s(standing, may_ask=may_ask):
                await self._end(room)
            elif may_ask:
                await self._ask(room)
        except (*API_ERRORS, HangUpFailed) as error:
            logger.warning("a telephone is alone, trying on", extra={"error": repr(error)})

    async def _clear(self, room: Sight) -> None:
        self._empty.begin_anew(room.sid)
        try:
            if not await self._rooms.is_served(room.name):
                await self._rooms.clear(room.name)
                logger.warning(
                    "LiveKit listed a room that it had closed", extra={"room": room.name}
                )
        except (*API_ERRORS, HangUpFailed) as error:
            logger.warning("an empty room is still listed", extra={"error": repr(error)})

    async def _end(self, room: Sight) -> None:
        async with asyncio.timeout(_HANG_UP_S):
            await self._rooms.hang_up(room.name)
        self._did(Act.HUNG_UP if room.is_answered else Act.BUSY_TONE)
        what = "nobody talked to a telephone: hung up"
        if not room.is_answered:
            what = "nobody took a call: the caller got the busy tone (486)"
        logger.error(what, extra={"room": room.name, "was_answered": room.is_answered})

    async def _ask(self, room: Sight) -> None:
        asked_s = self._asked_s.get(room.sid)
        if asked_s is not None and self._monotonic() - asked_s < _ASK_AGAIN_S:
            return
        await asyncio.sleep(self._jitter_s())
        if await self._rooms.is_coming(room.name):
            return
        self._asked_s[room.sid] = self._monotonic()
        await self._rooms.ask_again(room.name)
        self._did(Act.ASKED_AGAIN)
        logger.warning("nobody took a call: asked again", extra={"room": room.name})


def _patience_s(standing: Standing, *, may_ask: bool) -> float:
    if standing is Standing.HANDED_ON:
        return _HANDED_ON_S
    return _RINGING_S if may_ask else _SILENT_S
