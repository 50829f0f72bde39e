"""Requests that no page of ours makes: refused in words, with every header, and nothing is done."""

import pytest

from bot.records import Records
from desk.security.headers import POLICY
from tests.bot.records.records import a_call
from tests.desk.desks import ADesk

pytestmark = pytest.mark.unit

PAGES = ("/calls", "/live", "/outbound", "/line", "/login")
ACTS = ("/outbound/block", "/outbound/forget", "/line/check", "/logout")
IDS = (
    "%2e%2e",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "a%0d%0aSet-Cookie:%20in=1",
    "<script>alert(1)</script>",
    "'%20OR%20'1'='1",
    "%25s%25n",
    "x" * 4000,
    "%F0%9F%92%A9",
    "%ff",
)


@pytest.mark.parametrize("call_id", IDS)
@pytest.mark.parametrize("address", ["/calls/{}", "/calls/{}/recording", "/live/{}/sound"])
async def test_an_id_that_is_none_is_no_call(desk: ADesk, address: str, call_id: str) -> None:
    answer = await desk.get(address.format(call_id))
    assert answer.status_code in (403, 404)
    assert "<script>" not in answer.text and "Traceback" not in answer.text
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert "in=1" not in str(answer.headers.get("Set-Cookie", ""))


@pytest.mark.parametrize("call_id", IDS)
@pytest.mark.parametrize(
    "address", ["/calls/{}/words", "/calls/{}/sound", "/live/{}/hang-up", "/live/{}/listen"]
)
async def test_nothing_is_done_about_a_call_that_is_none(
    desk: ADesk, address: str, call_id: str
) -> None:
    answer = await desk.post(address.format(call_id))
    assert answer.status_code in (404, 409)
    assert desk.told == []


@pytest.mark.parametrize("path", ["/nowhere", "/calls/", "/live/", "/.env", "/static"])
async def test_an_address_that_is_none_is_said_and_not_repeated(desk: ADesk, path: str) -> None:
    answer = await desk.get(path)
    assert answer.status_code in (307, 404)
    assert "nowhere" not in answer.text
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("page", PAGES)
async def test_the_head_of_a_page_comes_without_its_body(desk: ADesk, page: str) -> None:
    answer = await desk.client.head(page)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
@pytest.mark.parametrize("page", ["/calls", "/outbound/block"])
async def test_whatever_is_no_reading_needs_the_pages_token(
    desk: ADesk, method: str, page: str
) -> None:
    answer = await desk.client.request(method, page)
    assert (answer.status_code, "load the page again" in answer.text) == (403, True)


async def test_a_page_that_takes_no_form_says_so(desk: ADesk) -> None:
    assert (await desk.post("/calls")).status_code == 405
    assert (await desk.get("/outbound/block")).status_code == 405


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b'{"token": "x"}', "application/json"),
        (b"token", "application/x-www-form-urlencoded"),
        (b"token=%ff%fe", "application/x-www-form-urlencoded"),
        (b"\x00\xff\xfe", "application/octet-stream"),
        (b"--x\r\nContent-Disposition: form-data; name=token\r\n\r\n", "multipart/form-data"),
    ],
    ids=["nothing", "json", "no value", "no text", "bytes", "parts"],
)
async def test_a_form_that_is_none_does_nothing(
    desk: ADesk, act: str, body: bytes, content_type: str
) -> None:
    answer = await desk.client.post(act, content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 403


async def test_of_two_tokens_in_one_form_the_last_counts(desk: ADesk) -> None:
    token = await desk.token()
    for body, status in ((f"token=x&token={token}", 200), (f"token={token}&token=x", 403)):
        answer = await desk.client.post(
            "/outbound/block",
            content=f"{body}&number=911",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code == status


@pytest.mark.parametrize("cookie", ["", "nonsense", "e30=.x.y", "a" * 5000, "%00"])
async def test_a_cookie_that_is_not_ours_lets_nobody_in(records: Records, cookie: str) -> None:
    async with ADesk(records, password="p" * 20, host="desk.example.com") as desk:
        answer = await desk.client.get("/calls", headers={"Cookie": f"storyline_desk={cookie}"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/login")


@pytest.mark.parametrize("host", ["evil.example.com", "127.0.0.1.evil.example.com", "localhost."])
async def test_another_name_for_this_machine_is_refused_whatever_is_asked(
    desk: ADesk, host: str
) -> None:
    for path in ("/calls", "/static/desk.css", "/live/stream"):
        assert (await desk.client.get(path, headers={"Host": host})).status_code == 400


async def test_what_a_caller_is_called_is_text_on_every_page(desk: ADesk) -> None:
    name = "\"><img src=x onerror=alert(1)>'{{7*7}}"
    call = a_call(from_number=name, error=name)
    await desk.records.calls.save(call)
    for path in ("/calls", f"/calls/{call.call_id}", "/live"):
        page = await desk.page(path)
        assert "<img" not in page and "{{7*7}}" in page
        assert "&lt;img" in page, path
