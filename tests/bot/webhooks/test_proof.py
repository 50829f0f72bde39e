"""One accepted message for each call, in the order of their ends, whatever dies or hangs."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.records import Records
from bot.webhooks import sender as module
from local.ports import free_port
from tests.bot.webhooks.post import Post, sign_by_the_real_clock
from tests.bot.webhooks.receiver import SECRET, receiving

pytestmark = pytest.mark.unit

# A worker of its own: closes a call's record and is killed at once.
CLOSES = """
import asyncio, os, signal, sys
from datetime import timedelta
from bot.records import CallRecord, Direction, EndReason, Records, utc_now
async def main(url, call_id):
    now = utc_now()
    async with Records.open(url, announces=True) as records:
        call = CallRecord(
            call_id=call_id, direction=Direction.INBOUND, room_name="r", started_at=now,
            ended_at=now - timedelta(seconds=10), end_reason=EndReason.SILENCE,
        )
        assert await records.calls.save(call)
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main(*sys.argv[1:]))
"""
# Another: sends what is due, as a worker does, until it is killed.
SENDS = """
import asyncio, sys
from bot.records import Records
from bot.settings.telling import WebhookSettings
from bot.webhooks.sender import Sender
async def main(url, address, secret):
    settings = WebhookSettings.model_validate({
        "CRM_WEBHOOK_URL": address, "CRM_WEBHOOK_SECRET": secret,
        "STORYLINE_WEBHOOK_PRIVATE": "yes",
    })
    async with Records.open(url) as records:
        await Sender(records, settings).run()
asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
async def post(database: str) -> AsyncIterator[Post]:
    async with Records.open(database, announces=True) as records, receiving() as receiver:
        yield Post(records, receiver)


@asynccontextmanager
async def process(code: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    running = await asyncio.create_subprocess_exec(sys.executable, "-c", code, *arguments)
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def test_a_receiver_that_is_away_for_an_hour_gets_every_call_once(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    async with Records.open(database, announces=True) as records:
        async with receiving(port) as receiver:
            post = Post(records, receiver)
        sign_by_the_real_clock(post, monkeypatch)  # from here on nobody listens at its port
        calls = []
        for _ in range(12):
            calls.append(await post.a_call_ends())
            await post.after(1 / 12)
        assert post.receiver.seen == []
        async with receiving(port) as post.receiver:
            await post.after(2)
            assert sorted(post.receiver.taken) == sorted(f"msg_{call.call_id}" for call in calls)
            assert post.receiver.seen == post.receiver.taken


async def test_an_answer_that_comes_too_late_is_none_and_the_message_keeps_its_id(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ANSWER_S", 0.2)
    sign_by_the_real_clock(post, monkeypatch)
    call = await post.a_call_ends()
    post.receiver.may_answer.clear()
    async with post.sender()._session() as session:
        await post.sender().send_due(session)
    assert (await post.letter(call)).last_answer == "TimeoutError"
    assert post.receiver.taken == []
    post.receiver.seen.clear()
    post.receiver.may_answer.set()
    await post.after(1)
    assert set(post.receiver.taken) == {f"msg_{call.call_id}"}
    assert post.receiver.seen == [f"msg_{call.call_id}"]


@pytest.mark.process
async def test_a_worker_killed_between_the_record_and_the_message_loses_none(
    post: Post, database: str
) -> None:
    call_id = "3f1c7f0e-0000-4000-8000-000000000001"
    async with process(CLOSES, database, call_id) as closing:
        assert await asyncio.wait_for(closing.wait(), 60) == -signal.SIGKILL
    await post.deliver()
    assert post.receiver.taken == [f"msg_{call_id}"]


@pytest.mark.process
async def test_a_worker_killed_while_it_sends_is_followed_by_another_after_a_minute(
    post: Post, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_by_the_real_clock(post, monkeypatch)
    call = await post.a_call_ends()
    post.receiver.may_answer.clear()
    async with process(SENDS, database, post.receiver.url, SECRET):
        await asyncio.wait_for(post.receiver.came.wait(), 60)
    post.receiver.status = 500  # what came from the killed one is not accepted
    post.receiver.may_answer.set()
    await post.deliver()
    assert len(post.receiver.seen) == 1, "it was still in the hands of the killed one"
    post.receiver.status = 200
    post.ahead = timedelta(seconds=61)
    await post.deliver()
    await post.after(1)
    assert post.receiver.taken == [f"msg_{call.call_id}"]


@pytest.mark.process
async def test_two_workers_tell_every_call_once(post: Post, database: str) -> None:
    calls = [await post.a_call_ends() for _ in range(12)]
    arguments = (SENDS, database, post.receiver.url, SECRET)
    async with process(*arguments), process(*arguments), asyncio.timeout(60):
        while len(post.receiver.taken) < len(calls):
            post.receiver.came.clear()
            await post.receiver.came.wait()
    assert sorted(post.receiver.seen) == sorted(f"msg_{call.call_id}" for call in calls)
    assert post.receiver.taken == post.receiver.seen


async def test_calls_that_ended_are_told_in_the_order_of_their_ends(post: Post) -> None:
    calls = [await post.a_call_ends() for _ in range(5)]
    await post.deliver()
    assert post.receiver.taken == [f"msg_{call.call_id}" for call in calls]
