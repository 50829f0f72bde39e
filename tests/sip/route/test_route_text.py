"""The way of a call in words."""

import pytest

from sip.manifest.as_snapshot import as_snapshot
from sip.objects.release import Release
from sip.route.route import Assumed, Outcome, route
from sip.route.route_text import route_json, route_lines
from sip.route.trunk_match import Caller
from tests.sip.manifests import SIMPLE, parse
from tests.sip.route.route_cases import CASES, Case

pytestmark = pytest.mark.unit

OURS, CALLER = "+12025550100", "+33612345678"


def lines_of(text: str, caller: Caller) -> list[str]:
    return route_lines(route(as_snapshot(parse(text, allow_open=True)), caller), caller)


def test_a_call_that_arrives_is_told_step_by_step() -> None:
    assert lines_of(SIMPLE, Caller(CALLER, OURS)) == [
        "  trunk main: it has the number",
        "  a password is asked; the right one is assumed",
        "  rule story: a room of kind individual",
        "  asked to join: storyteller",
        f"= The caller enters room story_{CALLER}_<random>.",
    ]


def test_endless_ringing_is_told_with_every_reason() -> None:
    assert lines_of(SIMPLE, Caller(CALLER, "+12025550109")) == [
        "  no trunk lets the call in",
        "  not trunk main: it does not have the number +1•••••0109",
        "  no rule takes the call",
        "  not rule story: it is only for calls that one of its trunks let in, and none did",
        "! The caller hears endless ringing (404 from livekit-server 1.13.8 on): no trunk lets the"
        " call in, and no rule takes calls without a trunk.",
    ]


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (None, "! The caller hears endless ringing (404 from livekit-server 1.13.8 on): "),
        (Release("of a branch"), "! The caller hears endless ringing (404 from"),
        (Release("1.13.7"), "! The caller hears endless ringing: no trunk"),
        (Release("1.13.8"), "! The caller gets 404: no trunk"),
        (Release("1.9.2", is_cloud=True), "! The caller gets 404: no trunk"),
    ],
)
def test_what_becomes_of_a_call_that_nothing_takes_depends_on_the_server(
    server: Release | None, words: str
) -> None:
    caller = Caller(CALLER, "+12025550109")
    rejects = server is not None and bool(server.rejects_unmatched)
    found = route(as_snapshot(parse(SIMPLE)), caller, rejects_unmatched=rejects)
    assert found.status == (404 if rejects else None)
    assert route_lines(found, caller, server)[-1].startswith(words)


def test_a_number_in_another_form_is_told_as_the_reason() -> None:
    text = SIMPLE.replace("rule: {", 'numbers: ["+12025550100"]\n    rule: {')
    (reason,) = [
        line for line in lines_of(text, Caller(CALLER, OURS[1:])) if line.startswith("  not rule")
    ]
    assert "written another way" in reason


def test_an_address_list_that_was_not_checked_is_told() -> None:
    text = SIMPLE.replace("ringing_timeout: 20s", 'allowed_addresses: ["10.0.0.1"]')
    assert any("were not checked" in line for line in lines_of(text, Caller(CALLER, OURS)))
    elsewhere = lines_of(text, Caller(CALLER, OURS, source_ip="10.0.0.2"))
    assert "  not trunk main: its allowed_addresses do not have 10.0.0.2" in elsewhere


def test_a_room_that_nobody_is_asked_to_join_is_told() -> None:
    text = SIMPLE.replace("agents: [{agent_name: storyteller}]", "agents: []")
    assert any("no agent is asked" in line for line in lines_of(text, Caller(CALLER, OURS)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_of_the_table_ends_in_words(case: Case) -> None:
    snapshot = as_snapshot(parse(case.file, allow_open=True))
    caller = Caller(case.caller, case.called, "127.0.0.1", "127.0.0.1")
    found = route(snapshot, caller, credentials=case.credentials, pin=case.pin)
    ending = route_lines(found, caller)[-1]
    assert ending[0] == ("=" if case.outcome in (Outcome.ROOM, Outcome.PIN_ASKED) else "!")
    assert "{" not in ending
    document = route_json(found)
    assert document["outcome"] == case.outcome
    assert document["room"] == case.room
    assert document["asks_password"] is (
        case.credentials is not Assumed.NONE or found.outcome is Outcome.PASSWORD_MISSING
    )
