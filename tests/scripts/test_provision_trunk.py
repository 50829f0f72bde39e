"""The command line: what it prints, and what it exits with."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import provision_trunk
from tests.sip.manifests import ENVIRONMENT, SIMPLE

pytestmark = pytest.mark.unit

Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the command in a folder with a trunks.yaml, and return its exit code."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trunks.yaml").write_text(SIMPLE, encoding="utf-8")
    for name in ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> int:
        monkeypatch.setattr("sys.argv", ["provision-trunk", *arguments])
        with pytest.raises(SystemExit) as caught:
            provision_trunk.main()
        assert isinstance(caught.value.code, int)
        return caught.value.code

    return run


def test_a_good_file_is_checked_without_a_server(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check") == 0
    assert capsys.readouterr().out == "trunks.yaml: 3 objects, no errors\n"


def test_every_error_of_a_bad_file_is_printed_with_file_and_line(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "bad.yaml").write_text("inbound_trunks:\n  a: {x: 1}\nb: 2\n", encoding="utf-8")
    assert run("check", "--file", "bad.yaml") == 1
    printed = capsys.readouterr().err
    assert "bad.yaml:2: error: inbound_trunks.a.x: " in printed
    assert "bad.yaml:3: error: b: " in printed


def test_an_open_door_needs_a_reason_and_the_reason_is_printed(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = "dispatch_rules: {open: {rule: {dispatch_rule_direct: {room_name: a}}}}"
    (tmp_path / "trunks.yaml").write_text(text, encoding="utf-8")
    assert run("check") == 1
    assert run("check", "--allow-open", "a room for everybody") == 0
    assert "Open doors are accepted: a room for everybody" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["plan", "apply", "destroy", "status", "export"])
def test_missing_keys_are_named(run: Run, capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run(command) == 1
    printed = capsys.readouterr().err
    assert "LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET not set" in printed


def test_a_server_out_of_reach_is_told_in_one_line(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    keys = "LIVEKIT_URL=ws://127.0.0.1:1\nLIVEKIT_API_KEY=k\n"
    keys += "LIVEKIT_API_SECRET=a-secret-of-at-least-thirty-two-characters\n"
    (tmp_path / ".env").write_text(keys, encoding="utf-8")
    assert run("plan") == 1
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert "LiveKit could not be reached" in printed
    assert "Check LIVEKIT_URL" in printed


def test_a_password_in_the_file_of_variables_is_read_as_it_stands(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIP_PASSWORD")
    # As the bot reads it: nothing is put in for ${NAME}. Otherwise four characters were left.
    (tmp_path / ".env").write_text("SIP_PASSWORD=ab${NOBODY}cd\n", encoding="utf-8")
    assert run("check") == 0
    assert "fewer than 12" not in capsys.readouterr().err


def test_a_file_of_variables_that_cannot_be_read_is_told(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xe9")
    assert run("check") == 1
    assert ".env cannot be read" in capsys.readouterr().err


def test_a_route_is_told_from_the_file_alone(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("route", "--from", "+33612345678", "--to", "+12025550100") == 0
    assert "enters room story_+33612345678_<random>" in capsys.readouterr().out
    assert run("route", "--from", "+33612345678", "--to", "+12025550109", "--json") == 1
    assert json.loads(capsys.readouterr().out)["outcome"] == "endless ringing"


@pytest.mark.parametrize(
    "arguments", [("plan", "--bogus"), ("adopt", "nothing", "a", "b"), ("route",)]
)
def test_a_wrong_command_line_is_never_taken_for_pending_changes(
    run: Run, arguments: tuple[str, ...]
) -> None:
    assert run(*arguments) == 1


def test_the_help_names_every_command(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    printed = capsys.readouterr().out
    for command in (
        "check",
        "plan",
        "apply",
        "destroy",
        "adopt",
        "export",
        "status",
        "route",
        "doctor",
    ):
        assert re.search(rf"\b{command}\b", printed), command
