"""Another system takes each message once, however often it was away, slow or refusing."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.private_address import is_public, names_private_address
from bot.records import Records
from bot.records.outbox import LetterState
from bot.records.sound.shelf import Shelf
from bot.webhooks.address import Forbidden, PublicResolver
from tests.bot.records.diary.entries import a_turn, some_usage
from tests.bot.webhooks.post import Post, sign_by_the_real_clock
from tests.bot.webhooks.receiver import receiving

pytestmark = pytest.mark.unit


@pytest.fixture
async def post(database: str) -> AsyncIterator[Post]:
    async with Records.open(database, announces=True) as records, receiving() as receiver:
        yield Post(records, receiver)


async def test_a_call_that_ended_is_told_with_all_that_is_kept(post: Post) -> None:
    call = await post.a_call_ends()
    await post.records.diaries.write(call.call_id, [(1, a_turn())], [some_usage(1, 0.5)])
    await post.deliver()
    body = post.receiver.bodies[0]
    assert body["type"] == "call.ended"
    assert body["data"]["call"]["call_id"] == call.call_id
    assert body["data"]["cost_usd"] == 0.5
    assert [turn["gap_s"] for turn in body["data"]["turns"]] == [0.75]
    assert (await post.letter(call)).state is LetterState.TAKEN


async def test_words_are_told_only_where_they_are_kept(post: Post) -> None:
    call = await post.a_call_ends()
    entries = [(1, a_turn()), (2, a_turn(20, words="hello"))]
    await post.records.diaries.write(call.call_id, list(entries))
    await post.deliver()
    assert [turn["words"] for turn in post.receiver.bodies[0]["data"]["turns"]] == [None, "hello"]


async def test_what_was_taken_is_not_sent_again(post: Post) -> None:
    await post.a_call_ends()
    await post.deliver()
    await post.after(1)
    assert len(post.receiver.seen) == 1


@pytest.mark.parametrize("status", [500, 404, 302])
async def test_a_receiver_that_refuses_for_an_hour_gets_it_once_after(
    post: Post, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_by_the_real_clock(post, monkeypatch)
    call = await post.a_call_ends()
    post.receiver.status = status
    await post.after(1)
    assert post.receiver.taken == []
    assert len(post.receiver.seen) > 3
    post.receiver.status = 200
    await post.after(2)
    assert post.receiver.taken == [f"msg_{call.call_id}"]
    assert set(post.receiver.seen) == {f"msg_{call.call_id}"}


async def test_after_three_days_it_is_given_up(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_by_the_real_clock(post, monkeypatch)
    call = await post.a_call_ends()
    post.receiver.status = 500
    for _ in range(80):
        post.ahead += timedelta(hours=1)
        await post.deliver()
    letter = await post.letter(call)
    assert (letter.state, letter.last_answer) == (LetterState.GIVEN_UP, "HTTP 500")


async def test_a_receiver_that_is_not_there_is_no_error_of_ours(post: Post) -> None:
    call = await post.a_call_ends()
    await post.deliver(post.sender(url="http://127.0.0.1:1/hook"))
    letter = await post.letter(call)
    assert letter.state is LetterState.WAITING
    assert letter.last_answer == "ClientConnectorError"


async def test_two_senders_tell_every_call_once(post: Post) -> None:
    calls = [await post.a_call_ends() for _ in range(5)]
    await post.deliver(post.sender(), post.sender())
    assert sorted(post.receiver.seen) == sorted(f"msg_{call.call_id}" for call in calls)


async def test_a_call_that_is_forgotten_is_not_told(post: Post, tmp_path: Path) -> None:
    await post.a_call_ends()
    await post.records.forgetting.forget("+12025550123", Shelf(tmp_path))
    await post.deliver()
    assert post.receiver.seen == []


# --- where it may go ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("100.64.0.1", False),
    ],
)
def test_private_addresses_are_known(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("url", ["http://127.0.0.1/x", "https://[::1]/", "http://localhost:1/"])
def test_an_address_of_this_machine_is_found_at_the_start(url: str) -> None:
    assert names_private_address(url)
    assert not names_private_address("https://crm.example.com/hook")


async def test_a_name_that_leads_inside_is_refused() -> None:
    resolver = PublicResolver()
    with pytest.raises(Forbidden):
        await resolver.resolve("localhost", 80)
    await resolver.close()
