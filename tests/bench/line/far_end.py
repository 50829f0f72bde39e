"""A far end of one call over SIP, as far as the telephone goes: asks for a password, answers."""

import asyncio
import re
from typing import cast

from bench.line.telephone import header

SOUND_PORT = 9
"""Nobody listens there: the sound goes nowhere."""


class FarEnd(asyncio.DatagramProtocol):
    """Notes the methods of the requests that came."""

    def __init__(self) -> None:
        self.methods: list[str] = []
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        request = data.decode()
        method = request.split()[0]
        self.methods.append(method)
        if method == "INVITE" and "Authorization" not in request:
            digest = 'Proxy-Authenticate: Digest realm="far end", nonce="1", algorithm=MD5'
            self._reply(request, address, "407 Proxy Authentication Required", digest)
        elif method == "INVITE":
            self._reply(request, address, "200 OK", self._contact(), self._offer())
        elif method == "BYE":
            self._reply(request, address, "200 OK")

    def _contact(self) -> str:
        return f"Contact: <sip:far@127.0.0.1:{self.port}>\r\nContent-Type: application/sdp"

    def _offer(self) -> str:
        lines = ("v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0")
        return "\r\n".join([*lines, f"m=audio {SOUND_PORT} RTP/AVP 0", ""])

    def _reply(
        self, request: str, address: tuple[str, int], status: str, more: str = "", body: str = ""
    ) -> None:
        kept = [x for x in request.split("\r\n") if re.match("Via:|From:|Call-ID:|CSeq:", x)]
        to = header(request, "To")
        tagged = to if "tag=" in to else f"{to};tag=far"
        lines = [f"SIP/2.0 {status}", *kept, f"To: {tagged}", *([more] if more else [])]
        answer = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])
        self._transport.sendto(answer.encode(), address)
