"""What sipp is told to send, and how its answers are counted."""

import os
import socket
from collections import Counter
from pathlib import Path

import pytest

from bench.chaos.attacks.attack import NO_ANSWER, Attack, final_answers, send, told
from bench.chaos.attacks.footprint import Footprint
from bench.chaos.attacks.scenario import Invite, scenario
from bench.chaos.errors import Skipped
from bench.line.telephone import Message

pytestmark = pytest.mark.unit


def _sent(call: str, cseq: str = "1 INVITE") -> Message:
    return Message(0.0, True, f"INVITE sip:x SIP/2.0\nCall-ID: {call}\nCSeq: {cseq}\n")


def _received(call: str, status: str, cseq: str = "1 INVITE") -> Message:
    return Message(0.0, False, f"SIP/2.0 {status}\nCall-ID: {call}\nCSeq: {cseq}\n")


def test_each_call_counts_once_with_its_last_final_answer() -> None:
    messages = [
        _sent("a"),
        _received("a", "100 Trying"),
        _received("a", "407 Proxy Authentication Required"),
        _sent("a", "2 INVITE"),
        _received("a", "401 Unauthorized", "2 INVITE"),
        _sent("b"),
        _received("b", "180 Ringing"),
        _received("b", "200 OK", "1 CANCEL"),
        _sent("c"),
        _received("c", "200 OK"),
        _received("c", "200 OK", "2 BYE"),
        _sent("d"),
        _received("d", "401 Unauthorized"),
    ]
    answers = final_answers(messages)
    assert answers == Counter({"401": 2, NO_ANSWER: 1, "200": 1})
    assert told(answers) == f"401: 2, {NO_ANSWER}: 1, 200: 1"


def test_a_password_is_given_only_by_who_has_one() -> None:
    assert "[authentication]" not in scenario(Invite())
    assert scenario(Invite(has_password=True)).count("[authentication]") == 1


def test_what_an_attacker_writes_goes_to_the_wire_as_it_is() -> None:
    invite = Invite(display="\x1b]0;x\x07\x9b", headers=("X-Order: a\x0bb",), session="\x1bc")
    text = scenario(invite).encode("latin-1")
    for order in (b"\x1b]0;x\x07\x9b", b"X-Order: a\x0bb\n", b"s=\x1bc\n"):
        assert order in text


async def test_without_sipp_the_fault_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Skipped, match="sip-tester"):
        await send(Attack("1", ("2",)), "127.0.0.1:9", tmp_path)


def test_a_process_that_holds_on_to_something_shows_it() -> None:
    before = Footprint.of(os.getpid())
    with socket.socket():
        assert Footprint.of(os.getpid()).files == before.files + 1
    assert str(before).endswith("files")
