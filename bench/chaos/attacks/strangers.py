"""Strangers at the SIP port: floods, guessed passwords, garbage, and forged headers."""

import asyncio
import os
import socket

from bench.line.telephone import CallFailed, Line, dial
from local.stack import Stack

FLOOD = 500
GUESSES = 200
GARBAGE = 100
# What a From may hold as far as nobody looks: too long for a column, or orders to a terminal.
NAMES = ("n" * 70, "%1B%5D52%3Bc%3Baaaa%07", "anonymous", "+12025550100%0D%0AX-Forged%3A+1")
_ANSWER_LIMIT_S = 6.0
_DIGEST = (
    'Digest username="{user}", realm="sip.livekit.io", nonce="{nonce}", '
    'uri="sip:{number}@{to}", response="{guess}", algorithm=MD5'
)


async def besiege(stack: Stack) -> None:
    """Everything that needs no password, as fast as it can be sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        host, port = stack.sip_address.split(":")
        sender.connect((host, int(port)))
        for number in range(FLOOD + GUESSES):
            digest = _digest(stack) if number >= FLOOD else ""
            sender.send(_invite(stack, number, digest))
            await asyncio.sleep(0.002)
        for _ in range(GARBAGE):
            sender.send(os.urandom(400))
            await asyncio.sleep(0.002)


async def ring_under_strange_names(stack: Stack) -> list[str]:
    """Callers who know the password and forge the rest; those who were answered."""
    line = Line(stack.sip_address, stack.number, stack.sip_user, stack.sip_password, stack.run_dir)
    answered = []
    for name in NAMES:
        try:
            async with dial(line, name, answer_limit_s=_ANSWER_LIMIT_S):
                answered.append(name)
        except CallFailed:
            continue
    return answered


def _digest(stack: Stack) -> str:
    words = _DIGEST.format(
        user=stack.sip_user,
        nonce=os.urandom(8).hex(),
        number=stack.number,
        to=stack.sip_address,
        guess=os.urandom(16).hex(),
    )
    return f"Proxy-Authorization: {words}\r\n"


def _invite(stack: Stack, number: int, digest: str) -> bytes:
    to = f"sip:{stack.number}@{stack.sip_address}"
    lines = (
        f"INVITE {to} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKflood{number}",
        f"From: <sip:+1202555{number:04d}@127.0.0.1>;tag=f{number}",
        f"To: <{to}>",
        f"Call-ID: flood-{number}@127.0.0.1",
        "CSeq: 1 INVITE",
        "Contact: <sip:stranger@127.0.0.1:9>",
        "P-Asserted-Identity: <sip:+12025550100@127.0.0.1>",
        "Max-Forwards: 70",
    )
    return ("\r\n".join(lines) + f"\r\n{digest}Content-Length: 0\r\n\r\n").encode()
