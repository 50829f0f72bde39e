"""The command line in front of a server: what it asks, what it refuses, and what it exits with."""

import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from livekit.api import ServerError
from livekit.protocol.sip import SIPInboundTrunkInfo

from scripts import provision_trunk
from sip.access import Access
from sip.doctor.finding import Finding, failed, passed, skipped, warned
from tests.scripts.test_provision_trunk import Run, run
from tests.sip.in_memory_sip import InMemorySip
from tests.sip.manifests import ENVIRONMENT, SIMPLE

__all__ = ["run"]

pytestmark = pytest.mark.unit

Read = Callable[[], tuple[str, str]]


@pytest.fixture
def server(run: Run, monkeypatch: pytest.MonkeyPatch) -> InMemorySip:
    """What every command of `run` finds behind its keys."""
    memory = InMemorySip()

    @asynccontextmanager
    async def connect(_: Access, **__: Any) -> AsyncIterator[Any]:
        yield SimpleNamespace(sip=memory)

    monkeypatch.setattr(Access, "connect", connect)
    monkeypatch.setenv("LIVEKIT_URL", "ws://127.0.0.1:1")
    monkeypatch.setenv("LIVEKIT_API_KEY", "k")
    monkeypatch.setenv("LIVEKIT_API_SECRET", "a-secret-of-at-least-thirty-two-characters")
    return memory


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Read:
    def read() -> tuple[str, str]:
        output = capsys.readouterr()
        return output.out, output.err

    return read


def typed(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))


def a_stranger(name: str, number: str = "+12025550177") -> SIPInboundTrunkInfo:
    return SIPInboundTrunkInfo(sip_trunk_id="ST_stranger", name=name, numbers=[number])


# --- plan and apply -------------------------------------------------------------------------------


def test_what_is_pending_has_an_exit_code_of_its_own(
    run: Run, server: InMemorySip, printed: Read
) -> None:
    assert run("plan") == 2
    out, _ = printed()
    assert [line[:1] for line in out.splitlines() if line[:1] in "+~-!"] == ["+", "+", "+"]
    assert server.rules == {}, "a plan writes nothing"
    assert run("apply", "--yes") == 0
    assert printed()[0].endswith("Done: 3 changes applied.\n")
    assert run("plan") == 0
    assert printed()[0] == "Nothing to do: the server is as the file says.\n"
    assert run("apply") == 0, "nobody is asked about nothing"


def test_a_plan_for_machines_tells_no_secret(run: Run, server: InMemorySip, printed: Read) -> None:
    assert run("plan", "--json") == 2
    out, _ = printed()
    plan = json.loads(out)
    assert (len(plan["changes"]), plan["guards"], plan["conflicts"]) == (3, [], [])
    assert ENVIRONMENT["SIP_PASSWORD"] not in out


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_whoever_does_not_say_yes_changes_nothing(
    run: Run, server: InMemorySip, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    typed(monkeypatch, answer)
    assert run("apply") == 1
    assert server.rules == {}


def test_a_question_that_nobody_can_answer_is_a_no(
    run: Run, server: InMemorySip, monkeypatch: pytest.MonkeyPatch, printed: Read
) -> None:
    # As under cron: standard input is at its end.
    typed(monkeypatch, "")
    assert run("apply") == 1
    assert server.rules == {}
    assert "Stopped." in printed()[1]


def test_whoever_says_yes_gets_the_plan_that_was_shown(
    run: Run, server: InMemorySip, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "y\n")
    assert run("apply") == 0
    assert (len(server.inbound), len(server.outbound), len(server.rules)) == (1, 1, 1)


def test_only_the_reviewed_plan_is_applied(
    run: Run, server: InMemorySip, tmp_path: Path, printed: Read
) -> None:
    run("plan", "--json")
    reviewed = json.loads(printed()[0])["hash"]
    file = tmp_path / "trunks.yaml"
    file.write_text(SIMPLE.replace("room_prefix: story", "room_prefix: tale"), encoding="utf-8")
    assert run("apply", "--plan-hash", reviewed) == 1
    assert f"not the reviewed {reviewed}" in printed()[1]
    assert server.rules == {}
    file.write_text(SIMPLE, encoding="utf-8")
    assert run("apply", "--plan-hash", reviewed) == 0


def test_a_server_that_changes_between_question_and_answer_is_left_alone(
    run: Run, server: InMemorySip, monkeypatch: pytest.MonkeyPatch, printed: Read
) -> None:
    def answer(_: str) -> bool:
        trunk = a_stranger("main", "+12025550100")
        server.inbound[trunk.sip_trunk_id] = trunk
        return True

    monkeypatch.setattr("typer.confirm", answer)
    assert run("apply") == 1
    assert "not the reviewed" in printed()[1]
    assert server.rules == {}


def test_an_apply_that_stops_in_the_middle_says_how_far_it_came_and_goes_on_from_there(
    run: Run, server: InMemorySip, printed: Read
) -> None:
    def refuse(method: str) -> None:
        if method == "create_dispatch_rule":
            raise ServerError("unavailable", "try later", status=503)

    server.before = refuse
    assert run("apply", "--yes") == 1
    _, err = printed()
    said = [line.split(":")[0] for line in err.splitlines()]
    assert said[:3] == ["done", "done", "failed"]
    assert "try later" in err and "Run apply again" in err
    server.before = lambda _: None
    assert run("apply", "--yes") == 0
    assert printed()[0].endswith("Done: 1 changes applied.\n")


def test_an_apply_that_is_interrupted_says_that_it_goes_on_from_there(
    run: Run, server: InMemorySip, printed: Read
) -> None:
    def interrupt(method: str) -> None:
        if method == "create_outbound_trunk":
            raise KeyboardInterrupt

    server.before = interrupt
    assert run("apply", "--yes") == 1
    assert "Running it again continues from here" in printed()[1]
    server.before = lambda _: None
    assert run("apply", "--yes") == 0
    assert (len(server.inbound), len(server.outbound), len(server.rules)) == (1, 1, 1)


def test_nothing_is_deleted_without_a_word_that_it_may_be(
    run: Run, server: InMemorySip, printed: Read
) -> None:
    run("apply", "--yes")
    assert run("destroy", "--yes") == 1
    assert "--allow-delete" in printed()[1]
    assert len(server.rules) == 1
    server.inbound["ST_stranger"] = a_stranger("theirs")
    assert run("destroy", "--yes", "--allow-delete") == 0
    assert (list(server.inbound), server.outbound, server.rules) == (["ST_stranger"], {}, {})


# --- what is there --------------------------------------------------------------------------------


def test_the_status_says_whose_everything_is(run: Run, server: InMemorySip, printed: Read) -> None:
    run("apply", "--yes")
    server.inbound["ST_stranger"] = a_stranger("theirs")
    [ours] = [each for each in server.inbound.values() if each.name == "main"]
    ours.ringing_timeout.FromSeconds(40)
    printed()
    assert run("status", "--json") == 0
    found = {each["name"]: each for each in json.loads(printed()[0])}
    states = {name: each["state"] for name, each in found.items()}
    assert states == {"main": "drifted", "out": "ours", "story": "ours", "theirs": "stranger"}
    assert found["main"]["drifted_fields"] == ["ringing_timeout"]
    assert run("status") == 0
    assert "ringing_timeout" in printed()[0]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("[bold red]boo[/]", "[bold red]boo[/]"),
        ("a\x1b[2Jb", "a [2Jb"),
        ("two\nlines", "two lines"),
        ("\u202eback", "back"),
    ],
)
def test_a_strangers_name_does_nothing_to_the_terminal(
    run: Run, server: InMemorySip, printed: Read, name: str, shown: str
) -> None:
    server.inbound["ST_stranger"] = a_stranger(name)
    assert run("status") == 0
    [line] = [each for each in printed()[0].splitlines() if "ST_stranger" in each]
    assert shown in line


def test_what_is_there_is_printed_or_written_but_nothing_is_overwritten_unasked(
    run: Run, server: InMemorySip, monkeypatch: pytest.MonkeyPatch, printed: Read, tmp_path: Path
) -> None:
    run("apply", "--yes")
    printed()
    assert run("export", "--file", "-") == 0
    out, _ = printed()
    assert "env/SIP_MAIN_PASSWORD" in out and ENVIRONMENT["SIP_PASSWORD"] not in out
    before = (tmp_path / "trunks.yaml").read_text(encoding="utf-8")
    typed(monkeypatch, "n\n")
    assert run("export") == 1
    assert (tmp_path / "trunks.yaml").read_text(encoding="utf-8") == before
    assert run("export", "--file", "copy.yaml") == 0
    assert (tmp_path / "copy.yaml").read_text(encoding="utf-8").rstrip() == out.rstrip()
    assert run("export", "--yes") == 0
    assert (tmp_path / "trunks.yaml").read_text(encoding="utf-8") != before


@pytest.mark.parametrize("file", [".", "nowhere/trunks.yaml", "trunks.yaml/copy.yaml"])
def test_a_file_that_cannot_be_written_is_told(
    run: Run, server: InMemorySip, printed: Read, file: str
) -> None:
    assert run("export", "--yes", "--file", file) == 1
    out, err = printed()
    assert (out, f"{file} cannot be written: " in err) == ("", True)


def test_an_object_is_taken_over_by_its_id_and_only_under_a_name_of_the_file(
    run: Run, server: InMemorySip, printed: Read
) -> None:
    server.inbound["ST_stranger"] = a_stranger("old name", "+12025550100")
    assert run("adopt", "inbound_trunk", "nobody", "ST_stranger") == 1
    assert 'declares no inbound trunk "nobody"' in printed()[1]
    assert run("adopt", "inbound_trunk", "main", "ST_nowhere") == 1
    assert "ST_nowhere" in printed()[1]
    assert run("adopt", "inbound_trunk", "main", "ST_stranger") == 0
    assert 'was "old name" and is now "main"' in printed()[0]
    assert server.inbound["ST_stranger"].name == "main"


def test_a_server_that_refuses_our_key_is_told_with_what_to_do(
    run: Run, server: InMemorySip, printed: Read
) -> None:
    def refuse(_: str) -> None:
        raise ServerError("unauthenticated", "invalid token", status=401)

    server.before = refuse
    for command in ("plan", "status", "export"):
        assert run(command) == 1
        out, err = printed()
        assert (out, "Check LIVEKIT_API_KEY" in err) == ("", True)


# --- the doctor -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("findings", "exit_code"),
    [
        ([passed("server", "answers"), skipped("agent", "no rule of ours asks for one")], 0),
        ([warned("trunk", "open", "Close it")], 0),
        ([passed("server", "answers"), failed("rule", "[gone]", "Run apply")], 1),
    ],
)
def test_the_doctor_fails_when_one_link_is_broken(
    run: Run,
    server: InMemorySip,
    monkeypatch: pytest.MonkeyPatch,
    printed: Read,
    findings: list[Finding],
    exit_code: int,
) -> None:
    async def walk(*_: Any) -> list[Finding]:
        return findings

    monkeypatch.setattr(provision_trunk, "walk", walk)
    monkeypatch.setattr(provision_trunk, "look_at_providers", lambda _: passed("models", "keys"))
    assert run("doctor") == exit_code
    out, _ = printed()
    for finding in findings:
        assert f"{finding.result:<4}  {finding.check}: {finding.words}\n" in out
        assert finding.remedy in out
    assert run("doctor", "--json") == exit_code
    shown = json.loads(printed()[0])
    assert [each["check"] for each in shown] == ["models", *(each.check for each in findings)]
