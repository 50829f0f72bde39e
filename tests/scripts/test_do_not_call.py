"""make-call block, unblock, blocked: what is typed, what is said, and what it exits with."""

import json
from collections.abc import Callable

import pytest

from bot.records import DatabaseUnavailable, Records
from tests.scripts.test_make_call import bare_environment, environment, run

__all__ = ["bare_environment", "environment"]

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("environment")]

NUMBER = "+12025550123"


def test_a_number_is_blocked_however_it_is_written() -> None:
    assert run("block", "+1 (202) 555-0123") == (0, "It is on the do-not-call list now.\n")
    assert run("block", NUMBER) == (0, "It was on the do-not-call list already.\n")
    assert run("unblock", "+1-202-555-0123") == (0, "It may be called again.\n")
    assert run("unblock", NUMBER) == (1, "It was not on the do-not-call list.\n")


@pytest.mark.parametrize("command", ["block", "unblock"])
@pytest.mark.parametrize(
    "text", ["", "anonymous", "911", "+1", "2025550123", "+1 202 555 0123 ext 4"]
)
def test_what_is_no_number_of_the_world_is_refused_and_not_repeated(
    command: str, text: str
) -> None:
    code, out = run(command, text)
    assert (code, out.startswith("Not a number that can be called: ")) == (2, True)
    assert len(text) < 4 or text not in out
    assert json.loads(run("blocked", "--json")[1]) == []


@pytest.mark.parametrize("arguments", [("block",), ("block", NUMBER, NUMBER), ("blocked", NUMBER)])
def test_a_command_line_that_says_too_little_or_too_much_is_wrong_usage(
    arguments: tuple[str, ...],
) -> None:
    assert run(*arguments)[0] == 2


def test_the_list_is_a_table_for_people_and_json_for_machines() -> None:
    run("block", NUMBER)
    code, out = run("blocked")
    assert code == 0
    [heading, line] = out.splitlines()
    assert heading.split() == ["number", "since", "at", "whose", "wish"]
    assert line.split()[0] == NUMBER and line.split()[-2:] == ["UTC", "operator"]
    [entry] = json.loads(run("blocked", "--json")[1])
    assert (entry["number"], entry["by"]) == (NUMBER, "operator")
    assert entry["since"].endswith("+00:00")


def test_an_empty_list_is_empty_for_machines_too() -> None:
    assert json.loads(run("blocked", "--json")[1]) == []


@pytest.mark.parametrize(
    ("arguments", "read"),
    [
        (("block", NUMBER), str),
        (("unblock", NUMBER), str),
        (("blocked",), str),
        (("blocked", "--json"), lambda out: json.loads(out)["error"]),
    ],
)
def test_a_database_that_is_away_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], read: Callable[[str], str]
) -> None:
    def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailable("OperationalError: the database is locked")

    monkeypatch.setattr(Records, "open", away)
    code, out = run(*arguments)
    assert (code, "the database is locked" in read(out)) == (1, True)
    assert "Traceback" not in out
