"""What the ledger promises is on the disk when it answers: seen by the kernel, with strace."""

import asyncio
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.records import migrate
from tests.missing import missing

pytestmark = pytest.mark.stack

# Each step is framed by what it writes to standard output, which strace sees too.
_STEPS = """
import asyncio, os, sys
from bot.records import BlockedBy, Records
from sip.calls.outcome import Outcome
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import NOON, a_call

async def step(name, work):
    os.write(1, f"<{name}>".encode())
    assert await work, name
    os.write(1, f"</{name}>".encode())

async def main(url):
    async with Records.open(url) as records:
        ledger, order, call = records.orders, an_order(), a_call()
        await records.calls.save(call)
        await step("beat", records.calls.save(call))
        await step("accept", ledger.accept(order, PLENTY))
        await step("beat", records.calls.save(call))
        await step("take", ledger.take(order.call_id, "AJ", NOON))
        await ledger.mark_ready(order.call_id)
        await step("claim_dialling", ledger.claim_dialling(order.call_id, NOON))
        await step("cancel", ledger.cancel(order.call_id, NOON))
        await step("end", ledger.end(order.call_id, Outcome.BUSY, NOON))
        await step("block", ledger.block(order.number, BlockedBy.CALLEE, NOON))
        await step("unblock", ledger.unblock(order.number))
        await step("beat", records.calls.save(call))

asyncio.run(main(sys.argv[1]))
"""
_PROMISES = {"accept", "take", "claim_dialling", "cancel", "end", "block", "unblock"}


def _strace() -> str:
    found = shutil.which("strace")
    if found is None:
        missing("no strace here: install Debian's package `strace`")
    return found


def test_a_power_cut_takes_back_nothing_that_the_ledger_has_answered(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/calls.db"
    asyncio.run(migrate(url))
    trace = tmp_path / "trace"
    traced = [_strace(), "-f", "-o", str(trace), "-e", "trace=fdatasync,fsync,write"]
    done = subprocess.run(
        [*traced, sys.executable, "-c", _STEPS, url],
        cwd=Path(__file__).resolve().parents[3],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    calls = trace.read_text()
    steps = re.findall(r'"<(\w+)>"(.*?)"</\1>"', calls, re.DOTALL)
    assert {name for name, _ in steps} >= _PROMISES, "strace saw too little"
    synced = {name for name, between in steps if re.search(r"f(?:data)?sync\(\d+\)", between)}
    # A beat says nothing that must outlive the machine, and comes once a second with every call.
    assert synced == _PROMISES
