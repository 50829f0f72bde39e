"""The door: what is typed, what is printed, and exit codes that the documents tell."""

import asyncio
import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot.orders.list_result import RowResult, RowVerdict, Verdict
from bot.orders.number_list import Row
from bot.orders.result import Result
from bot.records import EndReason, OrderState, migrate
from scripts import make_call
from scripts.make_call_output import (
    EXIT_CODES,
    EXIT_SOME_LATER,
    Screen,
    list_exit_code,
    list_json,
    list_summary,
    verdict_lines,
    verdicts_exit_code,
    verdicts_json,
)
from sip.calls.outcome import Outcome
from tests.bot.records.orders import an_order
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[2]
ENV = {
    "LIVEKIT_URL": "ws://127.0.0.1:1",
    "LIVEKIT_API_KEY": "key",
    "LIVEKIT_API_SECRET": "a-secret-of-at-least-thirty-two-characters",
    "OPENAI_API_KEY": "x",
    "DEEPGRAM_API_KEY": "x",
}


@pytest.fixture
def bare_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Settings, and a database that nobody has made yet."""
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path}/calls.db"
    for name, value in {**ENV, "DATABASE_URL": url}.items():
        monkeypatch.setenv(name, value)
    return url


@pytest.fixture
def environment(bare_environment: str) -> None:
    asyncio.run(migrate(bare_environment))


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(make_call.app, arguments)
    return result.exit_code, result.output


def test_every_outcome_has_an_exit_code_of_its_own() -> None:
    assert set(EXIT_CODES) == set(Outcome)
    codes = [*EXIT_CODES.values(), EXIT_SOME_LATER, 2]
    assert len(set(codes)) == len(codes)


def test_the_documents_and_the_help_tell_every_exit_code() -> None:
    page = (ROOT / "docs" / "outbound.md").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| (\d+) \| `([a-z-]+)` \|", page, re.MULTILINE))
    assert documented == {str(code): outcome.value for outcome, code in EXIT_CODES.items()}
    told = str(make_call.__doc__)
    assert all(f"{code} {outcome.value}" in told for outcome, code in EXIT_CODES.items())


@pytest.mark.usefixtures("environment")
def test_the_list_of_blocked_numbers_is_kept() -> None:
    assert run("block", "+1 202 555 0123")[0] == 0
    assert "already" in run("block", "+12025550123")[1]
    code, out = run("blocked", "--json")
    assert code == 0
    assert [(e["number"], e["by"]) for e in json.loads(out)] == [("+12025550123", "operator")]
    assert run("unblock", "+12025550123")[0] == 0
    assert run("unblock", "+12025550123")[0] == 1
    assert run("block", "911")[0] == 2


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    "arguments",
    [
        ("+12025550123", "--file", "numbers.csv"),
        ("--json",),
        ("+12025550123", "--wait", "tomorrow"),
        ("+12025550123", "--ring-timeout", "1"),
        ("+12025550123", "--idempotency-key", "x" * 256),
        ("+12025550123", "--idempotency-key", ""),
        ("--file", "nowhere.csv"),
        ("--file", "nowhere.csv", "--retry", "busy"),
        ("--file", "nowhere.csv", "--retry", "busy=1x1", "--retry", "busy=2x2"),
    ],
)
def test_wrong_usage_is_exit_code_two(arguments: tuple[str, ...]) -> None:
    assert run(*arguments)[0] == 2


@pytest.mark.usefixtures("environment")
def test_a_livekit_out_of_reach_is_a_failure_with_one_object() -> None:
    code, out = run("+12025550123", "--json")
    answer = json.loads(out)
    assert (code, answer["outcome"], answer["dialled"]) == (1, "failed", False)
    assert "could not be reached" in answer["sentence"]


@pytest.mark.usefixtures("bare_environment")
@pytest.mark.parametrize(
    "arguments",
    [
        ("+12025550123",),
        ("+12025550123", "--dry-run"),
        ("--file", "numbers.csv"),
        ("--file", "numbers.csv", "--dry-run"),
        ("block", "+12025550123"),
        ("blocked",),
    ],
)
def test_a_command_makes_no_tables_and_says_who_does(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "numbers.csv").write_text("+12025550123")
    code, out = run(*arguments)
    assert (code, "python -m bot migrate" in out) == (1, True)
    assert not (tmp_path / "calls.db").exists()


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (("--file", "numbers.csv"), 1, "could not be reached"),
        (("--file", "numbers.csv", "--dry-run"), 1, "could not be reached"),
        (("--file", "nowhere.csv"), 2, "cannot be read"),
        (("--file", "numbers.csv", "--retry", "busy"), 2, "must look like"),
    ],
)
def test_what_goes_wrong_with_a_list_is_one_json_object_too(
    tmp_path: Path, arguments: tuple[str, ...], exit_code: int, words: str
) -> None:
    (tmp_path / "numbers.csv").write_text("+12025550123")
    code, out = run(*arguments, "--json")
    assert (code, words in json.loads(out)["error"]) == (exit_code, True)


@pytest.mark.usefixtures("bare_environment")
def test_the_list_of_blocked_numbers_fails_in_json_too() -> None:
    code, out = run("blocked", "--json")
    assert (code, "no tables yet" in json.loads(out)["error"]) == (1, True)


def test_without_settings_it_says_which_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ENV:
        monkeypatch.delenv(name, raising=False)
    code, out = run("+12025550123")
    assert code == 2 and "LIVEKIT_URL" in out
    code, out = run("+12025550123", "--json")
    assert code == 2 and "LIVEKIT_URL" in json.loads(out)["error"]


def test_an_answered_call_tells_how_it_ended() -> None:
    order = an_order(state=OrderState.ENDED, outcome=Outcome.ANSWERED, dialed_at=NOON)
    record = a_call(call_id=order.call_id, ended_at=NOON, end_reason=EndReason.STORY_FINISHED)
    result = Result.of(order, record, is_first=True)
    assert "story finished" in result.sentence
    shown = json.loads(json.dumps(result.as_json()))
    assert (shown["dialled"], shown["record"]["end_reason"]) == (True, "story_finished")
    assert "555" not in json.dumps(shown)
    going_on = Result.of(replace(order, state=OrderState.ANSWERED), None, is_first=True)
    assert "goes on" in going_on.sentence and not going_on.as_json()["ended"]


def test_the_result_is_one_word_its_sip_status_and_a_sentence() -> None:
    out = StringIO()
    order = an_order(
        state=OrderState.ENDED, outcome=Outcome.BUSY, sip_status=486, detail="The line was [busy]."
    )
    Screen.show_result(Console(file=out), Result.of(order, None, is_first=False))
    assert out.getvalue().startswith("busy (SIP 486): The line was [busy].")
    assert "made before" in out.getvalue()


def test_a_quiet_screen_says_nothing_on_standard_output() -> None:
    out, err = StringIO(), StringIO()
    with Screen(Console(file=out), Console(file=err), quiet=True) as screen:
        screen.show(an_order())
        screen.ask_to_end()
    assert out.getvalue() == "" and "End the call?" in err.getvalue()


def test_a_list_is_summed_up_and_says_when_it_must_be_run_again() -> None:
    results = [
        RowResult(Row(1, "+12025550101"), Outcome.ANSWERED, "x."),
        RowResult(Row(2, "+12025550102"), Outcome.BUSY, "x."),
        RowResult(Row(3, "+12025550103"), Outcome.ANSWERED, "x."),
    ]
    assert list_summary(results) == "2 answered, 1 busy"
    assert list_exit_code(results) == 0
    results.append(RowResult(Row(4, "+12025550104"), None, "x.", later=True))
    assert list_exit_code(results) == EXIT_SOME_LATER
    assert list_json(results)["summary"] == {"answered": 2, "busy": 1, "later": 1}


def test_a_dry_run_of_a_list_has_a_verdict_for_each_row_and_sums_them_up() -> None:
    verdicts = [
        RowVerdict(Row(1, "+12025550101"), Verdict.WOULD_CALL, "Would be called."),
        RowVerdict(Row(2, "911"), Verdict.REFUSED, "Not called: it is an [emergency] number."),
    ]
    assert verdict_lines(verdicts) == [
        "line 1  +1•••••0101  would-call: Would be called.",
        "line 2  •••••  refused: Not called: it is an [emergency] number.",
        "1 would-call, 1 refused; nobody was called",
    ]
    shown = json.loads(json.dumps(verdicts_json(verdicts)))
    assert [(row["line"], row["verdict"]) for row in shown["dry_run"]] == [
        (1, "would-call"),
        (2, "refused"),
    ]
    assert shown["summary"] == {"would-call": 1, "refused": 1}
    assert verdicts_exit_code(verdicts) == 0
    later = RowVerdict(Row(3, "+12025550103"), Verdict.LATER, "Not called yet.")
    assert verdicts_exit_code([*verdicts, later]) == EXIT_SOME_LATER
