"""The two commands of the process: what they run, and exit codes that mean something."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import __main__ as worker_door
from bot import watch as watch_door
from bot.records import DatabaseUnavailable, Records
from bot.settings import Settings
from tests.bot.settings.made import KEYS

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Settings in the environment, and nothing of ours done to the test process's logs."""
    monkeypatch.chdir(tmp_path)
    for name, value in {**KEYS, "DATABASE_URL": f"sqlite:///{tmp_path}/calls.db"}.items():
        monkeypatch.setenv(name, value)
    for door in (worker_door, watch_door):
        monkeypatch.setattr(door, "configure_logs", lambda *_, **__: None)
    monkeypatch.setattr(worker_door, "prepare_environment", lambda: None)
    monkeypatch.setattr(worker_door, "start_fork_server", lambda: None)
    return tmp_path


def serving(monkeypatch: pytest.MonkeyPatch, result: int | Exception) -> list[Settings]:
    served: list[Settings] = []

    async def serve(settings: Settings) -> int:
        served.append(settings)
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr("bot.worker.worker.serve", serve)
    return served


@pytest.mark.parametrize("exit_code", [0, 1])
def test_the_worker_tells_how_it_ended(monkeypatch: pytest.MonkeyPatch, exit_code: int) -> None:
    serving(monkeypatch, exit_code)
    assert worker_door.main([]) == exit_code


def test_the_worker_runs_with_the_settings_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STORYLINE_VOICE", "sage")
    served = serving(monkeypatch, 0)
    worker_door.main([])
    assert [each.story.voice for each in served] == ["sage"]


@pytest.mark.parametrize(
    "error", [DatabaseUnavailable("no database there"), OSError("port 8081 is taken")]
)
def test_what_an_operator_can_mend_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    serving(monkeypatch, error)
    assert worker_door.main([]) == 1
    assert capsys.readouterr().err == f"{error}\n"


@pytest.mark.parametrize("arguments", [["run"], ["migrate", "now"], ["--help"]])
def test_other_arguments_are_refused_before_anything_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert worker_door.main(arguments) == 2
    assert capsys.readouterr().err == "usage: python -m bot [migrate | --version]\n"


@pytest.mark.parametrize("door", [lambda: worker_door.main([]), watch_door.main])
def test_unusable_settings_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], door: Any
) -> None:
    monkeypatch.setenv("STORYLINE_SILENCE_S", "-1")
    assert door() == 2
    assert "STORYLINE_SILENCE_S" in capsys.readouterr().err


def test_migrate_makes_the_tables_and_takes_no_call(
    monkeypatch: pytest.MonkeyPatch, environment: Path
) -> None:
    served = serving(monkeypatch, 0)
    assert worker_door.main(["migrate"]) == 0
    assert served == []

    async def has_tables() -> None:
        async with Records.open(f"sqlite+aiosqlite:///{environment}/calls.db") as records:
            await records.check_tables()

    asyncio.run(has_tables())


def test_migrate_says_why_it_could_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def migrate(_: str) -> None:
        raise DatabaseUnavailable("no database there")

    monkeypatch.setattr("bot.records.migrate", migrate)
    assert worker_door.main(["migrate"]) == 1
    assert capsys.readouterr().err == "no database there\n"


def test_the_watch_watches_until_it_is_told_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []

    @asynccontextmanager
    async def watching(_: Settings) -> AsyncIterator[None]:
        notes.append("watches")
        yield
        notes.append("ends")

    def told_at_once() -> asyncio.Event:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(0.01, stop.set)
        return stop

    monkeypatch.setattr(watch_door, "watches", watching)
    monkeypatch.setattr(watch_door, "stop_on_signals", told_at_once)
    assert watch_door.main() == 0
    assert notes == ["watches", "ends"]


def test_a_worker_that_shall_record_makes_its_folder(
    monkeypatch: pytest.MonkeyPatch, environment: Path
) -> None:
    served = serving(monkeypatch, 0)
    assert worker_door.main([]) == 0
    assert not (environment / "recordings").exists()
    monkeypatch.setenv("STORYLINE_RECORD", "1")
    assert worker_door.main([]) == 0
    assert (environment / "recordings").stat().st_mode & 0o777 == 0o700
    assert list((environment / "recordings").iterdir()) == []
    assert len(served) == 2


def test_a_worker_that_cannot_record_tells_nobody_that_it_does(
    monkeypatch: pytest.MonkeyPatch, environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served = serving(monkeypatch, 0)
    (environment / "recordings").write_bytes(b"a file in its place")
    monkeypatch.setenv("STORYLINE_RECORD", "1")
    assert worker_door.main([]) == 2
    told = capsys.readouterr().err
    assert "STORYLINE_RECORDINGS_DIR cannot be written to (File exists: recordings)" in told
    assert served == []
