"""Logs carry the call's id and nothing that identifies the caller, from every process."""

import io
import json
import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from livekit.agents.ipc.log_queue import LogQueueHandler, LogQueueListener
from livekit.agents.utils.aio.duplex_unix import _Duplex

from bot.livekit_gaps import NOISE_AFTER_THE_END
from bot.logs import bind_call, call_context, call_ended, configure_logs, mask

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def out() -> io.StringIO:
    stream = io.StringIO()
    configure_logs("DEBUG", stream=stream, secrets=["topsecretvalue", "abc"])
    return stream


def written(stream: io.StringIO) -> str:
    """What is in `stream` once everything that was logged has been written."""
    for handler in logging.getLogger().handlers:
        handler.flush()
    return stream.getvalue()


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written(out).splitlines()]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("call from +12025550123", "call from +1•••••0123"),
        ("sip_+12025550123 left", "sip_+1•••••0123 left"),
        ("sip_12025550123 left", "sip_•••••0123 left"),
        ("room call-_+12025550123_aB3dEf", "room call-_+1•••••0123_aB3dEf"),
        ("room call-_12025550123_aB3dEf", "room call-_•••••0123_aB3dEf"),
        ("<sip:12025550123@10.0.0.1:5060>", "<sip:•••••0123@10.0.0.1:5060>"),
        ("+1 (202) 555-0123", "+1•••••0123"),
        ("+44 20 7946 0958", "+44•••••0958"),
        ("from (202) 555-0123 now", "from •••••0123 now"),
        ("from 202-555-0123 now", "from •••••0123 now"),
        ("from 202.555.0123 now", "from •••••0123 now"),
        ("from 06 12 34 56 78 now", "from •••••5678 now"),
        ("from 06/12.34.56.78 now", "from •••••5678 now"),
        ("to=%2B12025550123&x", "to=+1•••••0123&x"),
        ("from 2025‑555‑0123 now", "from •••••0123 now"),
        ("sip_john.doe left", "sip_••••• left"),
        ("<sip:john.doe@10.0.0.1:5060>", "<sip:•••••@10.0.0.1:5060>"),
        ("room story_john.doe_Xy3aB9kLmN2p", "room story_•••••_Xy3aB9kLmN2p"),
        ("room story_john_doe_Xy3aB9kLmN2p.", "room story_•••••_Xy3aB9kLmN2p."),
        ("room story_12025550123_Xy3aB9kLmN2p", "room story_•••••0123_Xy3aB9kLmN2p"),
        ("Authorization: Bearer eyJhbGciOi.eyJpc3Mi.sig", "Authorization: Bearer ***"),
        ("postgresql://u:hunter2@db/x", "postgresql://***@db/x"),
        ("key sk-proj-abcdefgh1234", "key ***"),
        ("wss://x/rtc?access_token=abc.def&v=1", "wss://x/rtc?access_token=***&v=1"),
    ],
)
def test_numbers_and_keys_are_masked(said: str, written: str) -> None:
    assert mask(said) == written


@pytest.mark.parametrize(
    "text",
    [
        "took 0.366123456 s",
        "call 12345678-1234-1234-1234-123456789012",
        "at 2026-03-01T12:00:00.123456",
        "listening on 127.0.0.1:52341",
        "from 192.168.100.200:5060",
        "on 2026-11-24, 12.5 s later",
        "state waiting_for_conversation",
        "job AJ_aB3dEf7890123x",
        "SIP 486, 12 turns, 1234 ms",
    ],
)
def test_what_only_looks_like_a_number_stays(text: str) -> None:
    assert mask(text) == text


@given(
    st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True),
    st.sampled_from(["{}", "sip_{}", "call-_{}_aB3d", "sip:{}@10.0.0.1", "({})", "x={}&y", "«{}»"]),
    st.booleans(),
)
def test_no_number_survives_wherever_it_stands(number: str, place: str, plus: bool) -> None:
    assume(plus or len(number) > 7)  # seven digits and more are a number without a plus, too
    number = number if plus else number[1:]
    masked = mask(place.format(number))
    assert number not in masked
    digits = number.removeprefix("+")
    # Country and last four digits; of the shortest nothing.
    assert not any(digits[start : start + 5] in masked for start in range(len(digits) - 4))


def test_a_line_is_one_json_object(out: io.StringIO) -> None:
    logging.getLogger("storyline.x").info("two\nlines of %s", "+12025550123", extra={"turns": 3})
    (line,) = lines(out)
    assert line.pop("ts").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "storyline.x",
        "msg": "two\nlines of +1•••••0123",
        "turns": 3,
    }


def test_extras_are_masked_however_deep_and_personal_ones_dropped(out: io.StringIO) -> None:
    extra = {
        "room": "call-_+12025550123_x",
        "lk.pii.user_transcript": "I am Maria",
        "deep": {"numbers": ["+12025550123"], "lk.pii.text": "Maria", "n": 12025550123},
        "object": Exception("from +12025550123"),
    }
    logging.getLogger("livekit.agents").info("x", extra=extra)
    assert "2025550123" not in written(out)
    assert "Maria" not in written(out)
    assert lines(out)[0]["deep"] == {"numbers": ["+1•••••0123"], "n": "•••••0123"}


def test_secrets_never_appear_in_message_extra_or_trace(out: io.StringIO) -> None:
    try:
        raise RuntimeError("bad key topsecretvalue of +12025550123")
    except RuntimeError:
        logging.getLogger("x").exception("topsecretvalue", extra={"header": "K topsecretvalue"})
    assert "topsecretvalue" not in written(out)
    assert "2025550123" not in written(out)
    assert "RuntimeError: bad key ***" in lines(out)[0]["trace"]


def test_a_secret_too_short_to_be_one_does_not_blank_out_words(out: io.StringIO) -> None:
    logging.getLogger("x").info("abcdef")
    assert lines(out)[0]["msg"] == "abcdef"


def test_the_call_id_of_a_tool_is_not_taken_for_the_call(out: io.StringIO) -> None:
    with call_context("the-call"):
        logging.getLogger("livekit.agents").info("x", extra={"call_id": "item_1"})
    logging.getLogger("x").info("outside")
    first, second = lines(out)
    assert (first["call_id"], first["call_id_of_tool"]) == ("the-call", "item_1")
    assert "call_id" not in second


def test_chatty_libraries_are_quiet_but_the_agents_are_heard(out: io.StringIO) -> None:
    logging.getLogger("httpx").info("GET https://api.openai.com")
    logging.getLogger("livekit").info("signal client connected")
    logging.getLogger("livekit.agents").info("heard")
    assert [line["msg"] for line in lines(out)] == ["heard"]


def test_text_for_people_says_the_same() -> None:
    stream = io.StringIO()
    configure_logs("INFO", json=False, stream=stream)
    with call_context("c1"):
        logging.getLogger("x").warning("from +12025550123", extra={"turns": 2})
    _, said = written(stream).split(" ", 1)
    assert said == "WARNING x from +1•••••0123 call_id=c1 turns=2\n"


HOSTILE = "x\x1b]52;c;ZXZpbA==\x07\x9b2J\u2028\u202ey\r\n2026 ERROR forged"


@pytest.mark.parametrize("json_lines", [True, False])
def test_text_from_far_away_neither_commands_a_terminal_nor_makes_lines(json_lines: bool) -> None:
    stream = io.StringIO()
    configure_logs("INFO", json=json_lines, stream=stream)
    logging.getLogger("x").warning("%s", HOSTILE, extra={"reason": HOSTILE})
    line = written(stream).removesuffix("\n")
    assert line.isprintable()
    if json_lines:
        assert json.loads(line)["msg"] == HOSTILE


def test_a_trace_keeps_its_lines_and_loses_its_controls() -> None:
    stream = io.StringIO()
    configure_logs("INFO", json=False, stream=stream)
    try:
        raise RuntimeError(HOSTILE)
    except RuntimeError:
        logging.getLogger("x").exception("failed")
    assert "Traceback (most recent call last):\n  File" in written(stream)
    assert "\x1b" not in written(stream)


def test_configuring_again_does_not_write_twice(out: io.StringIO) -> None:
    logging.getLogger().addHandler(logging.StreamHandler(io.StringIO()))
    configure_logs("INFO", stream=out)
    logging.getLogger("x").info("once")
    assert len(lines(out)) == 1


class Job:
    """A job's process as LiveKit sets it up: its records cross a socket to the worker's."""

    def __init__(self) -> None:
        worker_end, job_end = socket.socketpair()
        self._handler = LogQueueHandler(_Duplex.open(job_end))
        self._listener = LogQueueListener(_Duplex.open(worker_end), self._add_job)
        self._listener.start()
        self._worker_handlers = list(logging.getLogger().handlers)
        logging.getLogger().handlers[:] = [self._handler]

    @staticmethod
    def _add_job(record: logging.LogRecord) -> None:
        record.room = "call-_+12025550123_x"

    def finish(self) -> None:
        logging.getLogger().handlers[:] = self._worker_handlers
        self._handler.close()
        self._handler.thread.join()
        self._listener.stop()


def test_lines_of_a_job_come_out_of_the_worker_masked_and_with_the_call(
    out: io.StringIO,
) -> None:
    job = Job()
    bind_call("call-7")
    try:
        raise RuntimeError("no line to +12025550123")
    except RuntimeError:
        logging.getLogger("livekit.agents").exception("for %s", "+12025550123")
    job.finish()
    (line,) = lines(out)
    assert line["call_id"] == "call-7"
    assert line["room"] == "call-_+1•••••0123_x"
    assert "no line to +1•••••0123" in line["trace"]
    assert "2025550123" not in written(out)


def test_the_noise_of_hanging_up_is_kept_out_only_after_the_end(out: io.StringIO) -> None:
    job = Job()
    bind_call("call-8")
    logger = logging.getLogger("livekit.agents")
    logger.warning("failed to send session event")
    call_ended(NOISE_AFTER_THE_END)
    logger.warning("failed to send session event")
    logger.warning("something else")
    bind_call("call-9")
    logger.warning("failed to send session event")
    job.finish()
    assert [(line["call_id"], line["msg"]) for line in lines(out)] == [
        ("call-8", "failed to send session event"),
        ("call-8", "something else"),
        ("call-9", "failed to send session event"),
    ]
