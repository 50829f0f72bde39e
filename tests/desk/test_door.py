"""Who gets in: passwords, sessions, tokens, names, and what a browser is told to refuse."""

from dataclasses import dataclass

import httpx2
import pytest
from argon2 import PasswordHasher

from bot.records import Records
from desk.security.password import Attempts, Password
from tests.bot.records.records import a_call
from tests.desk.desks import PASSWORD, ADesk

pytestmark = pytest.mark.unit

PAGES = ("/calls", "/calls.csv", "/calls.json", "/live", "/live/stream", "/outbound", "/line")
COOKIE = "storyline_desk"


@dataclass
class Clock:
    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


# Of the same password, made to be tried quickly: what an operator writes takes much longer.
HASH = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)


def a_locked_desk(
    records: Records, attempts: Attempts | None = None, password: str = HASH
) -> ADesk:
    return ADesk(records, password=password, attempts=attempts, host="desk.example.com")


# --- without a password ---------------------------------------------------------------------------


async def test_without_a_password_only_this_machines_names_are_answered(records: Records) -> None:
    async with ADesk(records, host="rebound.example.com") as desk:
        assert (await desk.get("/calls")).status_code == 400
    async with ADesk(records, host="localhost") as desk:
        assert (await desk.get("/calls")).status_code == 200


# --- the password ---------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
async def test_nobody_sees_a_page_without_the_password(records: Records, page: str) -> None:
    async with a_locked_desk(records) as desk:
        answer = await desk.get(page)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")


async def test_nobody_acts_without_the_password(records: Records) -> None:
    call = a_call()
    await records.calls.save(call)
    async with a_locked_desk(records) as desk:
        answer = await desk.post(f"/live/{call.call_id}/hang-up", on="/login")
        assert answer.headers["location"] == "/login"
        assert desk.told == []


async def test_the_right_password_opens_and_leaving_closes(records: Records) -> None:
    async with a_locked_desk(records, password=PASSWORD) as desk:
        answer = await desk.log_in()
        assert (answer.status_code, answer.headers["location"]) == (303, "/calls")
        assert (await desk.get("/calls")).status_code == 200
        await desk.post("/logout")
        assert (await desk.get("/calls")).status_code == 303


async def test_a_wrong_password_is_said(records: Records) -> None:
    async with a_locked_desk(records) as desk:
        answer = await desk.log_in("sesame")
        assert answer.status_code == 401
        assert "That is not the password." in answer.text
        assert (await desk.get("/calls")).status_code == 303


async def test_after_five_wrong_ones_even_the_right_one_waits(records: Records) -> None:
    clock = Clock()
    async with a_locked_desk(records, Attempts(monotonic=clock)) as desk:
        for _ in range(5):
            assert (await desk.log_in("wrong")).status_code == 401
        assert (await desk.log_in()).status_code == 429
        clock.now_s = 301
        assert (await desk.log_in()).status_code == 303


async def test_right_passwords_are_not_counted(records: Records) -> None:
    async with a_locked_desk(records) as desk:
        for _ in range(7):
            assert (await desk.log_in()).status_code == 303


def test_many_addresses_together_may_not_try_for_ever() -> None:
    attempts = Attempts(monotonic=Clock())
    for number in range(50):
        assert attempts.may_try(f"10.0.0.{number}")
        attempts.failed(f"10.0.0.{number}")
    assert not attempts.may_try("10.0.1.1")


async def test_a_hash_may_stand_for_the_password() -> None:
    password = Password(HASH)
    assert await password.is_right(PASSWORD)
    assert not await password.is_right("")


async def test_a_broken_hash_lets_nobody_in() -> None:
    assert not await Password("$argon2id$broken").is_right("$argon2id$broken")


# --- sessions -------------------------------------------------------------------------------------


async def test_a_session_from_before_is_worth_nothing_after(records: Records) -> None:
    async with a_locked_desk(records) as desk:
        await desk.get("/login")
        before, token = desk.client.cookies[COOKIE], await desk.token("/login")
        await desk.log_in()
        assert await desk.token() != token
        desk.client.cookies.set(COOKIE, before, domain="desk.example.com")
        desk.client.cookies.delete(COOKIE, domain="desk.example.com")
        answer = await desk.client.get("/calls", headers={"Cookie": f"{COOKIE}={before}"})
        assert answer.status_code == 303


async def test_nobody_makes_a_session_of_their_own(records: Records) -> None:
    async with a_locked_desk(records) as desk:
        forged = {"Cookie": f"{COOKIE}=eyJpc19pbiI6IHRydWV9.aaaaaa.bbbbbb"}
        assert (await desk.client.get("/calls", headers=forged)).status_code == 303


async def test_a_new_password_ends_every_session(records: Records) -> None:
    async with a_locked_desk(records) as desk:
        await desk.log_in()
        cookie = {"Cookie": f"{COOKIE}={desk.client.cookies[COOKIE]}"}
        assert (await desk.client.get("/calls", headers=cookie)).status_code == 200
    async with ADesk(records, password="another") as other:
        assert (await other.client.get("/calls", headers=cookie)).status_code == 303


async def test_the_cookie_is_for_our_pages_alone(records: Records) -> None:
    async with a_locked_desk(records) as desk:
        cookie = (await desk.get("/login")).headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie


# --- forms ----------------------------------------------------------------------------------------


async def test_a_form_from_elsewhere_is_refused(desk: ADesk) -> None:
    await desk.get("/outbound")
    answer = await desk.client.post("/outbound/block", data={"number": "+12025550123"})
    assert answer.status_code == 403
    assert await desk.records.orders.blocked() == []


async def test_a_form_that_is_too_long_is_not_read(desk: ADesk) -> None:
    answer = await desk.post("/outbound/block", number="1" * 20_000)
    assert answer.status_code == 413


async def test_a_form_of_a_thousand_fields_is_refused_in_words(desk: ADesk) -> None:
    many = {f"f{number}": "1" for number in range(100)}
    assert (await desk.client.post("/outbound/block", data=many)).status_code == 413


# --- what the browser is told ---------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/calls", "/calls/nobody", "/nowhere", "/static/desk.css"])
async def test_every_answer_forbids_what_comes_from_elsewhere(desk: ADesk, path: str) -> None:
    headers = (await desk.get(path)).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_page_that_fails_says_nothing_of_why(
    desk: ADesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(desk.records.survey, "page", broken)
    answer: httpx2.Response = await desk.get("/calls")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_pages_are_not_kept_by_the_browser(desk: ADesk) -> None:
    assert (await desk.get("/calls")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("page", ["/calls", "/live", "/outbound", "/line"])
async def test_no_page_needs_what_the_policy_forbids(desk: ADesk, page: str) -> None:
    await desk.records.calls.save(a_call())
    text = await desk.page(page)
    for forbidden in (" style=", "<style", " onclick", "javascript:", "http://", "https://"):
        assert forbidden not in text, forbidden


@pytest.mark.parametrize("path", ["../app.py", "%2e%2e/app.py", "/etc/passwd"])
async def test_no_file_but_ours_is_served(desk: ADesk, path: str) -> None:
    assert (await desk.get(f"/static/{path}")).status_code == 404
