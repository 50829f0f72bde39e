"""One call: SIPp speaks SIP, bench/line/media.py the sound."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.line import g711
from bench.line.media import Fate, Media, arrives
from bench.line.record import Sound, heard, spoken
from local.ports import free_port

SCENARIO = Path(__file__).with_name("sipp_call.xml")
LOOPBACK = "127.0.0.1"
POLL_S = 0.01
HANG_UP_LIMIT_S = 5.0
_MESSAGE = re.compile(
    r"^-{40,} (\S+ \S+)\n\w+ message (sent|received).*?\n\n(.*?)(?=^-{40,}|\Z)", re.M | re.S
)


class CallFailed(Exception):
    """The call was not answered, or ended too soon; says what SIPp saw."""


class NothingHeard(Exception):
    """Echo was silent, or talked on, for longer than the cell allows."""


@dataclass(frozen=True)
class Line:
    """Where to call, and as whom."""

    sip_address: str
    number: str
    user: str
    password: str
    log_dir: Path


@dataclass(frozen=True)
class Message:
    """A SIP message as SIPp noted it."""

    at_s: float
    sent: bool
    text: str


def read_messages(log: str) -> list[Message]:
    """The messages in SIPp's message file, complete or not."""
    return [
        Message(datetime.fromisoformat(stamp).timestamp(), way == "sent", text)
        for stamp, way, text in _MESSAGE.findall(log)
    ]


class Call:
    """A call in the caller's hand. Times are of the wall clock, in seconds."""

    def __init__(
        self, media: Media, process: asyncio.subprocess.Process, sip_port: int, log: Path
    ) -> None:
        self.media = media
        self.invited_s = 0.0
        self.answered_s = 0.0
        self._process = process
        self._sip_port = sip_port
        self._log = log

    @property
    def is_over(self) -> bool:
        return self._process.returncode is not None

    def heard(self, quiet_s: float = 0.2) -> list[Sound]:
        return heard(list(self.media.arrived), quiet_s)

    def spoken(self, quiet_s: float = 0.2) -> list[Sound]:
        return spoken(list(self.media.sent), quiet_s)

    async def wait_answered(self, limit_s: float) -> None:
        """Raises CallFailed."""
        try:
            async with asyncio.timeout(limit_s):
                while not self._read_answer():
                    if self.is_over:
                        raise CallFailed(f"SIPp ended: {self._last_status()}, see {self._log}")
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise CallFailed(
                f"not answered within {limit_s:g} s: {self._last_status()}, see {self._log}"
            ) from None

    def _messages(self) -> list[Message]:
        return read_messages(self._log.read_text()) if self._log.exists() else []

    def _last_status(self) -> str:
        received = [m.text.splitlines()[0] for m in self._messages() if not m.sent]
        return received[-1] if received else "no answer at all"

    def _read_answer(self) -> bool:
        messages = self._messages()
        answers = [m for m in messages if m.text.startswith("SIP/2.0 200") and "INVITE" in m.text]
        port = re.search(r"m=audio (\d+)", answers[0].text) if answers else None
        host = re.search(r"c=IN IP4 (\S+)", answers[0].text) if answers else None
        if port is None or host is None:
            return False
        self.invited_s = next(m.at_s for m in messages if m.text.startswith("INVITE"))
        self.answered_s = answers[0].at_s
        self.media.start((host.group(1), int(port.group(1))))
        return True

    async def say(self, pcm: g711.Pcm) -> Sound:
        """Speak; returns when the last packet has left: from its first to its last loud sample.

        When nothing in it is loud: from its first to its last packet.
        """
        first = len(self.media.sent)
        await asyncio.wrap_future(self.media.play(pcm))
        sent = self.media.sent[first:]
        sounds = spoken(sent, quiet_s=10.0)
        return sounds[0] if sounds else Sound(sent[0][0], sent[-1][0])

    async def wait_sound(self, after_s: float, limit_s: float = 15.0) -> float:
        """When Echo was first heard later than `after_s`. Raises NothingHeard, CallFailed."""
        return await self._wait(lambda: self._first_after(after_s), limit_s, "heard nothing")

    async def wait_quiet(self, quiet_s: float = 0.6, limit_s: float = 30.0) -> float:
        """Until Echo has been heard and then been silent; returns when the silence began."""

        def silent_since() -> float | None:
            last_s = self.media.last_loud_s
            now_s = self.media.sent[-1][0] if self.media.sent else 0.0
            return last_s if last_s and now_s - last_s >= quiet_s else None

        return await self._wait(silent_since, limit_s, "no silence")

    def _first_after(self, after_s: float) -> float | None:
        return next((s.start_s for s in self.heard_since(after_s)), None)

    def heard_since(self, after_s: float, quiet_s: float = 0.2) -> list[Sound]:
        """What was heard from then on, cut there."""
        arrived = self.media.arrived
        return heard([each for each in arrived[-2000:] if each[0] > after_s], quiet_s)

    async def _wait(
        self, seen: Callable[[], float | None], limit_s: float, complaint: str
    ) -> float:
        try:
            async with asyncio.timeout(limit_s):
                while (at_s := seen()) is None:
                    if self.is_over:
                        raise CallFailed("the far end hung up")
                    await asyncio.sleep(2 * POLL_S)
        except TimeoutError:
            raise NothingHeard(f"{complaint} within {limit_s:g} s") from None
        return at_s

    async def hang_up(self) -> None:
        """BYE, and stop the sound; harmless when the call is over."""
        if not self.is_over and self.answered_s:
            self._ask_to_hang_up()
        try:
            async with asyncio.timeout(HANG_UP_LIMIT_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self.media.close()

    def _ask_to_hang_up(self) -> None:
        """SIPp takes no orders; so it gets a request of this call, at which its scenario says BYE.

        It looks as if it came from the far end, whose tag goes into the BYE.
        """
        answer = next(m.text for m in self._messages() if m.text.startswith("SIP/2.0 200"))
        ours, theirs, call_id = (header(answer, name) for name in ("From", "To", "Call-ID"))
        request = (
            f"INFO sip:caller@{LOOPBACK}:{self._sip_port} SIP/2.0",
            f"Via: SIP/2.0/UDP {LOOPBACK}:9;branch=z9hG4bKhangup",
            f"From: {theirs}",
            f"To: {ours}",
            f"Call-ID: {call_id}",
            "CSeq: 1 INFO",
            "Content-Length: 0",
            "\r\n",
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto("\r\n".join(request).encode(), (LOOPBACK, self._sip_port))


def header(message: str, name: str) -> str:
    """The value of a header. Raises ValueError when it is not there."""
    found = re.search(rf"^{name}:\s*(.+?)\s*$", message, re.M | re.I)
    if found is None:
        raise ValueError(f"no {name} in {message!r}")
    return found.group(1)


@asynccontextmanager
async def dial(
    line: Line,
    caller: str,
    *,
    fate: Fate = arrives,
    answer_limit_s: float = 20.0,
) -> AsyncIterator[Call]:
    """Call and be answered; hangs up with the block. Raises CallFailed."""
    media, sip_port = Media(fate=fate), free_port()
    log = line.log_dir / f"sip-{caller.lstrip('+')}.log"
    process = await asyncio.create_subprocess_exec(
        *("sipp", line.sip_address, "-sf", str(SCENARIO), "-s", line.number),
        *("-au", line.user, "-ap", line.password, "-i", LOOPBACK, "-p", str(sip_port)),
        *("-key", "from", caller, "-key", "sound_port", str(media.port)),
        *("-m", "1", "-trace_msg", "-message_file", str(log), "-nostdin", "-nd"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        stdin=asyncio.subprocess.DEVNULL,
    )
    call = Call(media, process, sip_port, log)
    try:
        await call.wait_answered(answer_limit_s)
        yield call
    finally:
        await call.hang_up()
