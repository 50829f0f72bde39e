"""The line to one participant: who can hear, who has left and why, and what we are told."""

import asyncio
from typing import Any, cast

import pytest
from livekit import rtc

from bot.messages import Message, proof_of
from bot.records import EndReason
from bot.talk.floor.ending import Ending
from bot.talk.line import Line
from tests.bot.talk.fake_room import ROOM, SECRET, FakeParticipant, FakeRoom

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

Reason = rtc.DisconnectReason


def a_line(*, on_telephone: bool = True) -> tuple[Line, FakeRoom, Ending]:
    room, ending = FakeRoom(), Ending()
    line = Line(room.as_room, ROOM, ending, secret=SECRET)
    line.expect("caller", on_telephone=on_telephone)
    return line, room, ending


# --- who can hear ---------------------------------------------------------------------------------


async def test_a_telephone_can_hear_once_the_call_is_active() -> None:
    line, room, _ = a_line()
    waiting = asyncio.create_task(line.wait_answered())
    room.joins("caller", "ringing")
    await asyncio.sleep(0)
    assert line.rings.is_set()
    assert not line.answered
    room.becomes("caller", "active")
    assert await waiting


async def test_a_call_that_is_active_before_anybody_looks_is_answered() -> None:
    room, ending = FakeRoom(), Ending()
    room.joins("caller", "active")
    line = Line(room.as_room, ROOM, ending, secret=SECRET)
    assert not line.answered
    line.expect("caller", on_telephone=True)
    assert line.answered


async def test_somebody_else_who_is_active_is_not_the_caller() -> None:
    line, room, _ = a_line()
    room.joins("stranger", "active")
    assert not line.answered


async def test_a_browser_can_hear_at_once() -> None:
    line, _, _ = a_line(on_telephone=False)
    assert await line.wait_answered()


async def test_nobody_waits_for_a_call_that_is_over() -> None:
    line, _, ending = a_line()
    waiting = asyncio.create_task(line.wait_answered())
    await asyncio.sleep(5)
    ending.set(EndReason.NEVER_ANSWERED)
    assert not await waiting


async def test_nobody_waits_for_an_answer_longer_than_the_limit() -> None:
    line, _, _ = a_line()
    began_s = asyncio.get_running_loop().time()
    assert not await line.wait_answered(60)
    assert asyncio.get_running_loop().time() - began_s == pytest.approx(60)


# --- who has left, and why ------------------------------------------------------------------------


async def test_a_telephone_that_is_only_out_of_our_sight_has_not_hung_up() -> None:
    _, room, ending = a_line()
    room.joins("caller", "active")
    room.leaves("caller", None)
    assert ending.reason is None


@pytest.mark.parametrize(
    ("answered", "cause", "reason"),
    [
        (True, Reason.CLIENT_INITIATED, EndReason.CALLER_HUNG_UP),
        (False, Reason.CLIENT_INITIATED, EndReason.NEVER_ANSWERED),
        (False, Reason.SIP_TRUNK_FAILURE, EndReason.NEVER_ANSWERED),
        (True, Reason.MEDIA_FAILURE, EndReason.FAILED),
        (True, Reason.SIP_TRUNK_FAILURE, EndReason.FAILED),
        (True, Reason.SERVER_SHUTDOWN, EndReason.FAILED),
        (True, Reason.CONNECTION_TIMEOUT, EndReason.FAILED),
        (True, Reason.SIGNAL_CLOSE, EndReason.FAILED),
        (True, Reason.JOIN_FAILURE, EndReason.FAILED),
        (True, Reason.STATE_MISMATCH, EndReason.FAILED),
        (True, Reason.MIGRATION, EndReason.FAILED),
    ],
)
async def test_a_telephone_that_leaves_has_hung_up_or_was_lost(
    answered: bool, cause: int | None, reason: EndReason
) -> None:
    _, room, ending = a_line()
    room.joins("caller", "active" if answered else "ringing")
    room.leaves("caller", cause)
    assert ending.reason is reason


async def test_a_telephone_that_says_so_has_hung_up_before_it_leaves() -> None:
    _, room, ending = a_line()
    room.joins("caller", "active")
    room.becomes("caller", "hangup")
    assert (ending.reason, ending.error) == (EndReason.CALLER_HUNG_UP, None)


async def test_of_a_callee_who_was_not_seen_to_answer_the_dial_says_what_a_hangup_was() -> None:
    line, room, ending = a_line()
    line.begin_dialling()
    room.joins("caller", "ringing")
    room.becomes("caller", "hangup")
    assert ending.reason is None


async def test_a_telephone_that_said_so_has_hung_up_however_it_leaves() -> None:
    _, room, ending = a_line()
    room.joins("caller", "active")
    room.becomes("caller", "hangup")
    room.leaves("caller", Reason.CONNECTION_TIMEOUT)
    assert (ending.reason, ending.error) == (EndReason.CALLER_HUNG_UP, None)


@pytest.mark.parametrize("leaves_first", [True, False])
async def test_a_callee_who_was_never_seen_active_has_answered_when_the_dial_says_so(
    leaves_first: bool,
) -> None:
    line, room, ending = a_line()
    line.begin_dialling()
    room.joins("caller", "ringing")
    steps = [lambda: room.leaves("caller", Reason.CLIENT_INITIATED), line.picked_up]
    for step in steps if leaves_first else reversed(steps):
        assert ending.reason is None
        step()
    assert (ending.reason, line.answered) == (EndReason.CALLER_HUNG_UP, True)


async def test_a_callee_who_was_seen_active_has_hung_up_whatever_the_dial_says() -> None:
    line, room, ending = a_line()
    line.begin_dialling()
    room.joins("caller", "active")
    room.leaves("caller", Reason.CLIENT_INITIATED)
    assert ending.reason is EndReason.CALLER_HUNG_UP


async def test_a_browser_that_is_closed_has_hung_up() -> None:
    _, room, ending = a_line(on_telephone=False)
    room.joins("caller")
    room.leaves("caller", Reason.CONNECTION_TIMEOUT)
    assert ending.reason is EndReason.CALLER_HUNG_UP


async def test_a_telephone_that_was_lost_says_how() -> None:
    _, room, ending = a_line()
    room.joins("caller", "active")
    room.leaves("caller", Reason.MEDIA_FAILURE)
    assert ending.error == "the telephone was lost (MEDIA_FAILURE)"


async def test_somebody_else_who_leaves_ends_nothing() -> None:
    _, room, ending = a_line()
    room.joins("stranger")
    room.leaves("stranger", Reason.CLIENT_INITIATED)
    assert ending.reason is None


@pytest.mark.parametrize(
    ("answered", "cause", "reason", "error"),
    [
        (True, Reason.ROOM_DELETED, EndReason.CALLER_HUNG_UP, "the room was closed"),
        (True, Reason.ROOM_CLOSED, EndReason.CALLER_HUNG_UP, "the room was closed"),
        (True, Reason.PARTICIPANT_REMOVED, EndReason.CALLER_HUNG_UP, "the room was closed"),
        (True, Reason.CLIENT_INITIATED, EndReason.CALLER_HUNG_UP, "the room was closed"),
        (False, Reason.ROOM_DELETED, EndReason.NEVER_ANSWERED, "the room was closed"),
        (
            True,
            Reason.SERVER_SHUTDOWN,
            EndReason.FAILED,
            "the connection to LiveKit was lost (SERVER_SHUTDOWN)",
        ),
    ],
)
async def test_a_room_that_is_closed_is_hung_up_and_a_lost_connection_is_our_fault(
    answered: bool, cause: int, reason: EndReason, error: str
) -> None:
    _, room, ending = a_line()
    if answered:
        room.joins("caller", "active")
    room.happens("disconnected", cause)
    assert (ending.reason, ending.error) == (reason, error)


# --- what we are told -----------------------------------------------------------------------------


async def test_an_operator_ends_the_call() -> None:
    _, room, ending = a_line()
    room.is_told(Message.END)
    assert ending.reason is EndReason.OPERATOR_HUNG_UP


async def test_a_worker_that_goes_asks_for_a_goodbye() -> None:
    line, room, ending = a_line()
    room.is_told(Message.SHUTDOWN)
    assert line.goodbye_asked.is_set()
    assert ending.reason is None


@pytest.mark.parametrize(
    ("topic", "data"),
    [
        (Message.END, b"end"),
        (Message.END, proof_of(Message.SHUTDOWN, ROOM, SECRET)),
        (Message.END, proof_of(Message.END, "another room", SECRET)),
        (Message.END, proof_of(Message.END, ROOM, "another secret")),
        ("chat", proof_of(Message.END, ROOM, SECRET)),
        ("", b""),
    ],
)
async def test_nobody_without_the_secret_ends_a_call(topic: str, data: bytes) -> None:
    line, room, ending = a_line()
    room.receives(topic, data)
    assert ending.reason is None
    assert not line.goodbye_asked.is_set()


async def test_an_operator_may_ask_for_a_goodbye() -> None:
    line, room, ending = a_line()
    room.is_told(Message.GOODBYE)
    assert line.goodbye_asked.is_set()
    assert line.asked_because is EndReason.OPERATOR_HUNG_UP
    assert ending.reason is None  # she says goodbye first


async def test_the_first_who_asks_for_a_goodbye_is_the_reason() -> None:
    line, room, _ = a_line()
    room.is_told(Message.SHUTDOWN)
    room.is_told(Message.GOODBYE)
    assert line.asked_because is EndReason.WORKER_SHUTDOWN


# --- keys -----------------------------------------------------------------------------------------


def pressed(by: FakeParticipant | None, digit: str) -> rtc.SipDTMF:
    return rtc.SipDTMF(code=0, digit=digit, participant=cast(Any, by))


async def test_the_keys_of_the_caller_are_waited_for_in_their_order() -> None:
    line, room, _ = a_line()
    caller = room.joins("caller", "active")
    for digit in "1#":
        room.happens("sip_dtmf_received", pressed(caller, digit))
    assert [line.keys.get_nowait() for _ in "1#"] == ["1", "#"]


async def test_the_keys_of_somebody_else_are_nobody_s() -> None:
    line, room, _ = a_line()
    for by in (room.joins("stranger", "active"), None):
        room.happens("sip_dtmf_received", pressed(by, "#"))
    assert line.keys.empty()


async def test_more_keys_than_anybody_means_are_dropped() -> None:
    line, room, _ = a_line()
    caller = room.joins("caller", "active")
    for digit in "1234567890":
        room.happens("sip_dtmf_received", pressed(caller, digit))
    assert line.keys.qsize() == 4
