"""A carrier that answers every call the same way: sipp, on the wire."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

_HEADERS = """[last_Via:]
[last_From:]
[last_To:];tag=[pid]T[call_number]
[last_Call-ID:]
{cseq}
{extra}Content-Length: 0
"""
_INVITE = '<recv request="INVITE"/>\n'
# The answer to the INVITE is sent after the one to CANCEL, and needs the INVITE's own number.
_INVITE_KEPT = """<recv request="INVITE"><action>
  <ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/>
</action></recv>
"""
_MESSAGE = re.compile(r"message (received|sent) .*?\n\n(.*?)(?=\n-{20,}|\Z)", re.DOTALL)


def _send(status: str, *, extra: str = "", cseq: str = "[last_CSeq:]") -> str:
    body = f"SIP/2.0 {status}\n{_HEADERS.format(cseq=cseq, extra=extra)}"
    return f"  <send><![CDATA[\n{body}\n]]></send>\n"


def refusing(status: str, *, rings: bool = False, extra: str = "") -> str:
    """A scenario that answers with a final status: "486 Busy Here"."""
    ringing = _send("180 Ringing") + '  <pause milliseconds="300"/>\n' if rings else ""
    final = _send(status, extra=extra)
    return _scenario(_send("100 Trying") + ringing + final + '  <recv request="ACK"/>\n')


def ringing_for_ever() -> str:
    """180 and nothing else, until the caller gives up."""
    return _scenario(
        _send("180 Ringing")
        + '  <recv request="CANCEL"/>\n'
        + _send("200 OK")
        + _send("487 Request Terminated", cseq="CSeq: [$cseq]")
        + '  <recv request="ACK"/>\n',
        _INVITE_KEPT,
    )


def silent() -> str:
    """Never answers an INVITE at all."""
    return _scenario('  <pause milliseconds="120000"/>\n')


def challenging() -> str:
    """Asks for a password."""
    challenge = 'Proxy-Authenticate: Digest realm="carrier", nonce="x", algorithm=MD5\n'
    return refusing("407 Proxy Authentication Required", extra=challenge)


def _scenario(steps: str, invite: str = _INVITE) -> str:
    head = '<?xml version="1.0" encoding="us-ascii"?>'
    return f'{head}\n<scenario name="callee">\n{invite}{steps}</scenario>\n'


@dataclass(frozen=True)
class Carrier:
    """A running sipp and the messages it has seen."""

    messages: Path

    def _received(self, method: str) -> set[str]:
        """Call-IDs of the requests of a method; a request sent again counts once."""
        if not self.messages.exists():
            return set()
        text = self.messages.read_text(errors="replace").replace("\r", "")
        found: set[str] = set()
        for direction, message in _MESSAGE.findall(text):
            call_id = re.search(r"^Call-ID:\s*(\S+)", message, re.MULTILINE | re.IGNORECASE)
            if direction == "received" and call_id and message.startswith(f"{method} "):
                found.add(call_id[1])
        return found

    @property
    def invites(self) -> int:
        """Calls that reached the wire."""
        return len(self._received("INVITE"))

    @property
    def cancels(self) -> int:
        return len(self._received("CANCEL"))

    async def wait_invite(self, timeout_s: float = 15.0) -> None:
        """Until a call has come."""
        async with asyncio.timeout(timeout_s):
            while True:
                if self.invites:
                    return
                await asyncio.sleep(0.02)


@asynccontextmanager
async def carrier(port: int, scenario: str, folder: Path) -> AsyncIterator[Carrier]:
    """sipp on 127.0.0.1:`port` for as long as the block lasts."""
    file, messages = _prepare(folder, scenario)
    with (folder / "sipp.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *("sipp", "-sf", str(file), "-i", "127.0.0.1", "-p", str(port), "-nostdin"),
            *("-trace_msg", "-message_file", str(messages), "-recv_timeout", "60000"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
            cwd=folder,
        )
    try:
        await _listening(port)
        yield Carrier(messages)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _prepare(folder: Path, scenario: str) -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "scenario.xml"
    file.write_text(scenario)
    return file, folder / "messages.log"


async def _listening(port: int) -> None:
    """Until a UDP socket has this port."""
    async with asyncio.timeout(10):
        while True:
            if _is_bound(port):
                return
            await asyncio.sleep(0.02)


def _is_bound(port: int) -> bool:
    return f":{port:04X} " in Path("/proc/net/udp").read_text()
