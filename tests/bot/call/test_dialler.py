"""One call is dialled once; what became of it is told, and nobody's telephone rings on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from livekit import rtc
from livekit.api import ServerError

from bot.call import dialler as module
from bot.call.dialler import CALLEE, Dialler
from bot.records import EndReason
from bot.talk.floor.ending import Ending
from bot.talk.line import Line
from sip.access import Access
from sip.calls.dial import Dialling
from sip.calls.outcome import Outcome
from sip.errors import DialFailed
from tests.bot.call.fake_job import FakeJob
from tests.bot.records.orders import an_order
from tests.bot.settings.made import made
from tests.bot.talk.fake_room import SECRET, FakeRoom
from tests.bot.talk.fakes import now_s

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

NO_ANSWER = DialFailed("LiveKit did not answer in time", timed_out=True)
CANCELLED = DialFailed("Request Terminated", 487, timed_out=True)
ORDER = an_order(ring_timeout_s=20.0, max_call_s=300.0)


def refused(status: int, reason: str = "") -> DialFailed:
    return DialFailed(reason, status, timed_out=False)


@dataclass
class FakeProgress:
    """A page of the ledger that notes what it is told."""

    is_cancelled: bool = False
    notes: list[str] = field(default_factory=list)
    conclusion: tuple[Outcome, str | None, int | None] | None = None

    def rings(self) -> None:
        self.notes.append("rings")

    async def answered(self) -> None:
        self.notes.append("answered")

    async def cancel_asked(self) -> bool:
        return self.is_cancelled

    def conclude(self, outcome: Outcome, detail: str | None, sip_status: int | None = None) -> None:
        self.conclusion = (outcome, detail, sip_status)


@dataclass
class Carrier:
    """Answers a dial after `after_s` with `says`; hears when the room is deleted, or does not."""

    says: str | DialFailed = "SCL_1"
    after_s: float = 5.0
    heeds_hang_up: bool = True
    requests: list[Dialling] = field(default_factory=list)
    connections: list[tuple[Access, dict[str, Any]]] = field(default_factory=list)
    closed: int = 0
    ringing: int = 0
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def connect(self, access: Access, options: dict[str, Any]) -> AsyncIterator[None]:
        self.connections.append((access, options))
        yield
        self.closed += 1

    async def dial(self, _: None, request: Dialling) -> str:
        self.requests.append(request)
        self.ringing += 1
        try:
            async with asyncio.timeout(self.after_s):
                await self.hung_up.wait()
            raise CANCELLED
        except TimeoutError:
            if isinstance(self.says, DialFailed):
                raise self.says from None
            return self.says
        finally:
            self.ringing -= 1


class Call:
    """One order about to be dialled."""

    def __init__(self, carrier: Carrier, *, is_cancelled: bool = False) -> None:
        self.carrier = carrier
        self.job = FakeJob()
        self.progress = FakeProgress(is_cancelled)
        self.ending = Ending()
        self.room = FakeRoom()
        line = Line(self.room.as_room, ORDER.room_name, self.ending, secret=SECRET)
        line.expect(CALLEE, on_telephone=True)
        self.dialler = Dialler(
            self.job.ctx, made(), ORDER, cast(Any, self.progress), line, self.ending
        )

    async def run(self) -> str | None:
        return await self.dialler.run()

    def ends(self, after_s: float) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(after_s, self.ending.set, EndReason.OPERATOR_HUNG_UP)


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the call that `carrier` will answer."""

    def make(carrier: Carrier | None = None, **options: Any) -> Call:
        carrier = carrier or Carrier()
        call = Call(carrier, **options)
        monkeypatch.setattr(Access, "connect", lambda self, **how: carrier.connect(self, how))
        monkeypatch.setattr(module, "dial", carrier.dial)
        delete = call.job.api.delete_room

        async def delete_room(request: Any) -> None:
            await delete(request)
            if carrier.heeds_hang_up:
                carrier.hung_up.set()

        monkeypatch.setattr(call.job.api, "delete_room", delete_room)
        return call

    return make


# --- answered -------------------------------------------------------------------------------------


async def test_an_answered_call_is_known_by_livekits_id(dialled: Any) -> None:
    call = dialled()
    assert await call.run() == "SCL_1"
    assert now_s() == 5
    assert call.progress.notes == ["answered"]
    assert call.progress.conclusion is None
    assert call.ending.reason is None
    assert call.job.api.deleted == []


async def test_the_order_is_dialled_as_it_was_written_and_once(dialled: Any) -> None:
    call = dialled()
    await call.run()
    assert call.carrier.requests == [
        Dialling(
            trunk_id=ORDER.trunk_id,
            number=ORDER.number,
            from_number=ORDER.from_number,
            room_name=ORDER.room_name,
            identity=CALLEE,
            ring_timeout_s=20.0,
            max_call_s=300.0,
        )
    ]


async def test_it_is_dialled_over_a_connection_that_repeats_nothing(dialled: Any) -> None:
    call = dialled()
    await call.run()
    [(access, how)] = call.carrier.connections
    assert access == made().livekit.access
    assert how == {"limit_s": None, "repeats": False}
    assert call.carrier.closed == 1


async def test_the_ringing_is_told_as_soon_as_it_is_heard(dialled: Any) -> None:
    call = dialled()
    running = asyncio.create_task(call.run())
    await asyncio.sleep(1)
    assert call.progress.notes == []
    call.room.joins(CALLEE, "ringing")
    await asyncio.sleep(0.001)
    assert call.progress.notes == ["rings"]
    await running
    assert call.progress.notes == ["rings", "answered"]


async def test_nothing_of_a_dial_runs_on(dialled: Any) -> None:
    await dialled().run()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


# --- nobody answers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "outcome", "detail"),
    [
        (refused(486, "Busy Here"), Outcome.BUSY, "The line was busy (Busy Here)."),
        (refused(600), Outcome.BUSY, "The line was busy."),
        (refused(603), Outcome.DECLINED, "The call was declined at the telephone."),
        (refused(404), Outcome.UNREACHABLE, "The carrier knows no such number."),
        (refused(408), Outcome.NO_ANSWER, "It rang and nobody answered."),
        (refused(503), Outcome.FAILED, "The carrier is out of service or has no free line."),
    ],
    ids=str,
)
async def test_the_carriers_answer_becomes_a_word_and_a_sentence(
    dialled: Any, failure: DialFailed, outcome: Outcome, detail: str
) -> None:
    call = dialled(Carrier(failure))
    assert await call.run() is None
    assert call.progress.conclusion == (outcome, detail, failure.sip_status)
    assert call.ending.reason is EndReason.NEVER_ANSWERED
    assert call.ending.error == f"{outcome.value}: {failure}"
    assert call.progress.notes == []


async def test_a_telephone_that_rang_in_vain_was_not_answered(dialled: Any) -> None:
    call = dialled(Carrier(NO_ANSWER))
    call.room.joins(CALLEE, "ringing")
    await call.run()
    assert call.progress.conclusion == (Outcome.NO_ANSWER, None, None)


async def test_a_telephone_that_never_rang_was_not_reached(dialled: Any) -> None:
    call = dialled(Carrier(NO_ANSWER))
    await call.run()
    assert call.progress.conclusion == (
        Outcome.UNREACHABLE,
        "The telephone never rang: nothing answered the call.",
        None,
    )


async def test_a_livekit_that_is_away_is_a_failure_of_ours(dialled: Any) -> None:
    call = dialled(Carrier(DialFailed("LiveKit could not be reached", timed_out=False)))
    await call.run()
    assert call.progress.conclusion == (
        Outcome.FAILED,
        "The call could not be made: LiveKit could not be reached.",
        None,
    )


@pytest.mark.parametrize("failure", [refused(486), NO_ANSWER, CANCELLED], ids=str)
async def test_a_call_that_was_cancelled_is_cancelled_whatever_the_carrier_says(
    dialled: Any, failure: DialFailed
) -> None:
    call = dialled(Carrier(failure), is_cancelled=True)
    await call.run()
    assert call.progress.conclusion == (Outcome.CANCELLED, None, failure.sip_status)


async def test_a_long_complaint_is_cut(dialled: Any) -> None:
    call = dialled(Carrier(DialFailed("x" * 400, timed_out=False)))
    await call.run()
    assert len(call.ending.error) == 300


# --- the call ends while it rings -----------------------------------------------------------------


async def test_ringing_is_stopped_when_the_call_ends(dialled: Any) -> None:
    call = dialled(Carrier(after_s=60))
    call.ends(3)
    assert await call.run() is None
    assert now_s() == 5, "two seconds are left for the callee's last word"
    assert call.job.api.deleted == [ORDER.room_name]
    assert call.carrier.ringing == 0
    assert call.ending.reason is EndReason.OPERATOR_HUNG_UP


async def test_the_callees_last_word_is_heard_and_nothing_is_hung_up(dialled: Any) -> None:
    # The participant leaves the room a moment before the request returns with the reason.
    call = dialled(Carrier(refused(486), after_s=4.5))
    call.ends(3)
    await call.run()
    assert now_s() == 4.5
    assert call.progress.conclusion == (Outcome.BUSY, "The line was busy.", 486)
    assert call.job.api.deleted == []


async def test_somebody_who_answers_in_the_last_moment_was_answered(dialled: Any) -> None:
    call = dialled(Carrier(after_s=4))
    call.ends(3)
    assert await call.run() == "SCL_1"
    assert call.progress.notes == ["answered"]


async def test_somebody_who_answers_and_hangs_up_before_we_know_has_hung_up(dialled: Any) -> None:
    # As in CI: the participant was gone before `active` was seen, and the request said 200.
    call = dialled(Carrier(after_s=4))
    running = asyncio.create_task(call.run())
    await asyncio.sleep(3.9)
    call.room.joins(CALLEE, "ringing")
    call.room.leaves(CALLEE, rtc.DisconnectReason.CLIENT_INITIATED)
    assert await running == "SCL_1"
    assert call.ending.reason is EndReason.CALLER_HUNG_UP


async def test_somebody_who_leaves_while_it_rings_has_never_answered(dialled: Any) -> None:
    call = dialled(Carrier(refused(486), after_s=4))
    running = asyncio.create_task(call.run())
    await asyncio.sleep(3.9)
    call.room.joins(CALLEE, "ringing")
    call.room.leaves(CALLEE, rtc.DisconnectReason.CLIENT_INITIATED)
    assert await running is None
    assert (call.ending.reason, call.ending.error) == (EndReason.NEVER_ANSWERED, "busy: 486 ")


async def test_a_dial_that_goes_on_without_the_callee_is_stopped(dialled: Any) -> None:
    call = dialled(Carrier(after_s=60))
    running = asyncio.create_task(call.run())
    await asyncio.sleep(3)
    call.room.joins(CALLEE, "ringing")
    call.room.leaves(CALLEE, rtc.DisconnectReason.CLIENT_INITIATED)
    await running
    assert (now_s(), call.job.api.deleted) == (5, [ORDER.room_name])


async def test_a_livekit_that_never_tells_is_not_waited_for(dialled: Any) -> None:
    call = dialled(Carrier(after_s=60, heeds_hang_up=False))
    call.ends(3)
    await call.run()
    assert now_s() == 3 + 2 + 5
    assert call.progress.conclusion == (
        Outcome.FAILED,
        "The call could not be made: LiveKit did not say what became of it.",
        None,
    )
    assert call.carrier.ringing == 0


async def test_ringing_that_cannot_be_stopped_is_waited_for_and_complained_about(
    dialled: Any, caplog: pytest.LogCaptureFixture
) -> None:
    call = dialled(Carrier(refused(603), after_s=6))
    call.job.api.error = ServerError("unauthenticated", "wrong keys", status=401)
    call.ends(3)
    await call.run()
    assert now_s() == 6
    assert call.progress.conclusion[0] is Outcome.DECLINED
    assert "the ringing could not be stopped yet" in caplog.messages


async def test_a_dial_that_is_dropped_leaves_nothing_behind(dialled: Any) -> None:
    call = dialled(Carrier(after_s=60))
    running = asyncio.create_task(call.run())
    await asyncio.sleep(1)
    running.cancel()
    await asyncio.wait({running})
    assert running.cancelled()
    assert call.carrier.ringing == 0
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
