"""One attack: sipp sends the same INVITE many times, and what it was answered is counted."""

import asyncio
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.chaos.attacks.scenario import Invite, scenario
from bench.chaos.errors import Skipped
from bench.line.telephone import Message, header, read_messages
from local.caller.errors import CallerError
from local.ports import free_port

NO_ANSWER = "no final answer"
_STATUS = re.compile(r"SIP/2\.0 ([2-6]\d\d)")
# Beyond the time that the INVITEs themselves take: nobody rings for longer.
_REST_S = 30.0
# sipp's own failures; 1 means that calls were refused, which is what is hoped for.
_COULD_NOT_RUN = 2


@dataclass(frozen=True)
class Attack:
    """`callers` ring one after the other, `per_s` in a second, from the local address `source`.

    `callers` is what stands in From, before the @; the list is gone through again when it ends.
    """

    number: str
    callers: Sequence[str]
    count: int = 1
    per_s: int = 10
    source: str = "127.0.0.1"
    user: str = ""
    password: str = ""
    invite: Invite = field(default_factory=Invite)


async def send(attack: Attack, sip_address: str, folder: Path) -> Counter[str]:
    """How often the calls got which final answer ("486"), or none.

    Raises Skipped when sipp is not there, CallerError when it cannot send it.
    """
    if shutil.which("sipp") is None:
        raise Skipped("sipp is missing: install Debian's package `sip-tester`")
    log = _prepare(attack, folder)
    process = await asyncio.create_subprocess_exec(
        *("sipp", sip_address, "-sf", "scenario.xml", "-inf", "callers.csv", "-s", attack.number),
        *("-au", attack.user, "-ap", attack.password, "-i", attack.source),
        *("-p", str(free_port()), "-m", str(attack.count), "-r", str(attack.per_s)),
        *("-l", str(attack.count), "-trace_msg", "-message_file", log.name, "-nostdin"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
    )
    try:
        async with asyncio.timeout(attack.count / attack.per_s + _REST_S):
            _, complaint = await process.communicate()
    except TimeoutError:
        complaint = b"it did not end"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    answers = await asyncio.to_thread(_read_answers, log)
    if process.returncode not in range(_COULD_NOT_RUN) and not answers:
        raise CallerError(f"sipp: {complaint.decode(errors='replace').strip()[-200:]}")
    return answers


def _prepare(attack: Attack, folder: Path) -> Path:
    """Write what sipp reads; where it will note its messages."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.xml").write_bytes(scenario(attack.invite).encode("latin-1"))
    callers = "\n".join(f"{caller};" for caller in attack.callers)
    (folder / "callers.csv").write_text(f"SEQUENTIAL\n{callers}\n", encoding="ascii")
    return folder / "messages.log"


def _read_answers(log: Path) -> Counter[str]:
    if not log.exists():
        return Counter()
    return final_answers(read_messages(log.read_text(errors="replace").replace("\r", "")))


def final_answers(messages: Sequence[Message]) -> Counter[str]:
    """By call, the last final answer to its INVITE."""
    last: dict[str, str] = {}
    for message in messages:
        if message.sent and message.text.startswith("INVITE "):
            last[header(message.text, "Call-ID")] = NO_ANSWER
            continue
        status = _STATUS.match(message.text)
        if status and not message.sent and header(message.text, "CSeq").endswith("INVITE"):
            last[header(message.text, "Call-ID")] = status[1]
    return Counter(last.values())


def told(answers: Counter[str]) -> str:
    """ "200: 2, 486: 58", the most frequent first."""
    return ", ".join(f"{answer}: {count}" for answer, count in answers.most_common())
