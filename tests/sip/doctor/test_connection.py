"""What the doctor makes of each answer of a server, and of none."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import web
from livekit.api import LiveKitAPI, ServerError

from sip.access import Access
from sip.doctor import connection, walk
from sip.doctor.connection import look_at_server, look_at_sip_api, look_at_sip_service
from sip.doctor.finding import AGENT, Finding, Result, passed
from tests.sip.in_memory_sip import InMemorySip
from tests.sip.manifests import SIMPLE, parse

pytestmark = pytest.mark.unit

KEYS = {"LIVEKIT_API_KEY": "k", "LIVEKIT_API_SECRET": "s" * 32}


@asynccontextmanager
async def a_server(date: str | None) -> AsyncIterator[Mapping[str, str]]:
    """A server that tells this time; yields the variables that lead to it."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(headers={"Date": date} if date else {})

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        yield {"LIVEKIT_URL": f"ws://127.0.0.1:{port}", **KEYS}
    finally:
        await runner.cleanup()


def ago(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) - timedelta(seconds=seconds), usegmt=True)


# --- the server -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("skew_s", "result", "words"),
    [
        (0, Result.PASS, "within seconds"),
        (20, Result.WARN, "s ahead"),
        (-20, Result.WARN, "s behind"),
        (120, Result.FAIL, "refuse every token"),
        (-120, Result.FAIL, "refuse every token"),
    ],
)
async def test_a_clock_that_is_wrong_is_told_with_its_error(
    skew_s: float, result: Result, words: str
) -> None:
    async with a_server(ago(skew_s)) as environment:
        reachable, clock = await look_at_server(environment)
    assert reachable.result is Result.PASS
    assert (clock.result, words in clock.words) == (result, True), clock


@pytest.mark.parametrize(
    "date", ["half past nine", "Fri, 32 Nov 2026 00:00:00 GMT", "Fri, 27 Nov 99999 00:00:00 GMT"]
)
async def test_a_time_that_is_none_says_nothing_of_the_clock(date: str) -> None:
    async with a_server(date) as environment:
        _, clock = await look_at_server(environment)
    assert (clock.result, clock.words) == (Result.SKIP, "the server tells a time that is none")


async def test_a_time_of_an_unknown_zone_is_utc() -> None:
    async with a_server(ago(0).replace("GMT", "-0000")) as environment:
        _, clock = await look_at_server(environment)
    assert clock.result is Result.PASS


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "LIVEKIT_URL is not set"),
        ("ws://127.0.0.1:1", "nothing answers at ws://127.0.0.1:1"),
        ("nonsense", "nothing answers at nonsense"),
        ("ws://[::1", "nothing answers at ws://[::1"),
        ("ftp://127.0.0.1", "nothing answers at ftp://127.0.0.1"),
    ],
)
async def test_an_address_where_nobody_is_fails_in_words(url: str, words: str) -> None:
    [found] = await look_at_server({"LIVEKIT_URL": url, **KEYS})
    assert (found.result, words in found.words) == (Result.FAIL, True), found
    assert found.remedy


# --- its SIP API ----------------------------------------------------------------------------------


def an_api(service: object) -> LiveKitAPI:
    return cast(LiveKitAPI, SimpleNamespace(sip=service))


@pytest.mark.parametrize(
    ("refusal", "check", "words"),
    [
        (ServerError("unauthenticated", "no", status=401), "keys", "does not accept them"),
        (ServerError("permission_denied", "no", status=403), "keys", "may not administer SIP"),
        (ServerError("internal", "sip not connected", status=500), "SIP API", "no Redis"),
        (ServerError("internal", "a bug", status=500), "SIP API", "a bug"),
        (TimeoutError(), "SIP API", "could not be reached"),
    ],
)
async def test_a_refusal_names_the_link_that_is_broken(
    refusal: Exception, check: str, words: str
) -> None:
    def refuse(_: str) -> None:
        raise refusal

    service = InMemorySip()
    service.before = refuse
    findings, snapshot = await look_at_sip_api(an_api(service))
    assert snapshot is None
    [broken] = [each for each in findings if each.result is Result.FAIL]
    assert (broken.check, words in broken.words) == (check, True), broken
    assert broken.remedy


async def test_what_can_be_read_is_counted() -> None:
    findings, snapshot = await look_at_sip_api(an_api(InMemorySip()))
    assert snapshot is not None
    assert [(each.check, each.result) for each in findings] == [
        ("keys", Result.PASS),
        ("SIP API", Result.PASS),
    ]
    assert findings[1].words == "0 objects on the server"


# --- the SIP service ------------------------------------------------------------------------------


class Dialling:
    """A SIP service that answers a call with `answer`, an error or none."""

    def __init__(self, answer: Exception | None) -> None:
        self.answer = answer

    async def create_sip_participant(self, *_: Any, **__: Any) -> None:
        if self.answer is not None:
            raise self.answer


@pytest.mark.parametrize(
    ("answer", "result", "words"),
    [
        (ServerError("invalid_argument", "no codecs", status=400), Result.PASS, "it answers"),
        (ServerError("unavailable", "nobody", status=503), Result.FAIL, "no SIP service answers"),
        (ServerError("internal", "no response from servers", status=500), Result.FAIL, "no SIP"),
        (ServerError("resource_exhausted", "cpu is high", status=429), Result.WARN, "overloaded"),
        (TimeoutError(), Result.FAIL, "no SIP service answers"),
    ],
)
async def test_what_a_probe_is_answered_says_whether_there_is_a_sip_service(
    answer: Exception, result: Result, words: str
) -> None:
    found = await look_at_sip_service(an_api(Dialling(answer)))
    assert (found.result, words in found.words) == (result, True), found


async def test_a_probe_that_was_taken_for_a_call_is_hung_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hung_up: list[str] = []

    async def hang_up(_: LiveKitAPI, room: str) -> None:
        hung_up.append(room)

    monkeypatch.setattr(connection, "hang_up", hang_up)
    found = await look_at_sip_service(an_api(Dialling(None)))
    assert (found.result, hung_up) == (Result.WARN, ["provision-trunk-doctor"])


# --- the walk -------------------------------------------------------------------------------------


async def served(_: LiveKitAPI, name: str) -> Finding:
    return passed(AGENT, f"a worker serves {name}")


async def test_behind_a_server_that_is_away_nothing_else_is_looked_at() -> None:
    environment = {"LIVEKIT_URL": "ws://127.0.0.1:1", **KEYS}
    found = await walk.walk(parse(SIMPLE), environment, served)
    assert [each.result for each in found] == [Result.FAIL, Result.SKIP]


async def test_without_keys_the_walk_ends_with_their_names() -> None:
    async with a_server(ago(0)) as environment:
        only_url = {"LIVEKIT_URL": environment["LIVEKIT_URL"]}
        found = await walk.walk(parse(SIMPLE), only_url, served)
    assert (found[-1].check, found[-1].result) == ("keys", Result.FAIL)
    assert "LIVEKIT_API_KEY, LIVEKIT_API_SECRET not set" in found[-1].words


async def test_a_server_without_our_rules_is_asked_for_no_agent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @asynccontextmanager
    async def connect(_: Access, **__: Any) -> AsyncIterator[Any]:
        yield an_api(InMemorySip())

    async def look_at_nothing(_: Any) -> Finding:
        return passed("SIP service", "it answers")

    monkeypatch.setattr(Access, "connect", connect)
    monkeypatch.setattr(walk, "look_at_sip_service", look_at_nothing)
    async with a_server(ago(0)) as environment:
        found = await walk.walk(parse(SIMPLE), environment, served)
    assert (found[-1].check, found[-1].result) == (AGENT, Result.SKIP)
    assert any(each.result is Result.FAIL for each in found), "what is declared is missing"
