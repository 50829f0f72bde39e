"""The door: what is typed, what is printed, and exit codes that the documents tell."""

import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot.orders.list_runner import RowResult
from bot.orders.number_list import Row
from bot.orders.result import Result
from bot.records import EndReason, OrderState
from scripts import make_call
from scripts.calling_list import EXIT_SOME_LATER, list_exit_code, list_json, list_summary
from scripts.calling_text import EXIT_CODES, Screen
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
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {**ENV, "DATABASE_URL": f"sqlite:///{tmp_path}/calls.db"}.items():
        monkeypatch.setenv(name, value)


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


def test_without_settings_it_says_which_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ENV:
        monkeypatch.delenv(name, raising=False)
    code, out = run("+12025550123")
    assert code == 2 and "LIVEKIT_URL" in out


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
