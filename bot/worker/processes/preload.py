"""What every process of a call inherits from the fork server, which imports this module.

What a process does for the first time costs more than what it does again: files are read, patterns
and schemas built. All of it together is 0.16 s of processor, a part of it while a caller waits for
the answer; and a burst of calls starts the processes just when the machine has the least to spare.
"""

import asyncio
import importlib
import threading
from contextlib import suppress

import httpx2
import openai
from livekit import rtc
from livekit.agents.llm import ChatContext

import bot.call.entry
import bot.worker.processes.prewarm  # noqa: F401  read here, run in each process
from bot.livekit_gaps import PRELOADED, certificates
from bot.money.prices import packaged_rows
from bot.records import RecordsError
from bot.records.rehearsal import rehearse_records
from sip.calls.call_info import CallInfo

# Nobody's: NANP numbers that are kept for stories.
_CALL = {"sip.phoneNumber": "+12025550100", "sip.trunkPhoneNumber": "+12025550101"}

_THREAD_LIMIT_S = 2.0


def rehearse() -> None:
    """Do once what a call does first, with nobody at the other end.

    Raises OSError, RecordsError.
    """
    packaged_rows()
    CallInfo.of(rtc.ParticipantKind.PARTICIPANT_KIND_SIP, _CALL)
    ChatContext.empty().add_message(role="user", content="Hello.")
    _ask_nobody()
    _open_nobodys_record()
    certificates()


def _ask_nobody() -> None:
    """OpenAI's client builds its schemas at the first request: 18 ms. No socket is opened."""
    answer = httpx2.Response(200, json={"object": "list", "data": []})
    with httpx2.Client(transport=httpx2.MockTransport(lambda _: answer)) as http:
        openai.OpenAI(api_key="none", base_url="http://nobody", http_client=http).models.list()


def _open_nobodys_record() -> None:
    """The records' first statements. No thread may be left, or a fork copies what it holds."""
    before = set(threading.enumerate())
    asyncio.run(rehearse_records())
    for thread in set(threading.enumerate()) - before:
        thread.join(_THREAD_LIMIT_S)


# A file of certificates that cannot be read must not end the fork server, which tells nobody why:
# each process tries again, and complains.
with suppress(OSError, RecordsError):
    rehearse()
for _name in PRELOADED:
    with suppress(ImportError):
        importlib.import_module(_name)
