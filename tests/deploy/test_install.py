"""What is shipped works by itself: the wheel in an empty folder, without this tree or its tools."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path

import pytest

pytestmark = pytest.mark.stack

ROOT = Path(__file__).resolve().parents[2]
INSTALL = ROOT / "deploy" / "install.sh"
SETTINGS = {
    "LIVEKIT_URL": "ws://127.0.0.1:9",
    "LIVEKIT_API_KEY": "key",
    "LIVEKIT_API_SECRET": "a-secret-of-at-least-32-characters",
    "OPENAI_API_KEY": "key",
    "DEEPGRAM_API_KEY": "key",
}
HELPED = (
    ["bin/make-call", "--help"],
    ["bin/provision-trunk", "--help"],
    ["bin/python", "-m", "desk", "--help"],
    ["bin/python", "-m", "bot.records", "--help"],
    ["bin/python", "-m", "bot.webhooks", "--help"],
)


def uv() -> str:
    """The uv that runs these tests says where it is."""
    found = os.environ.get("UV") or shutil.which("uv")
    assert found, "there is no uv: run the tests by make"
    return found


def install(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(INSTALL), *(str(each) for each in arguments)]
    # How this machine reaches its packages stays; which Python runs the tests does not.
    ours = ("VIRTUAL_ENV", "PYTHON", "UV_NO_SYNC", "UV_PROJECT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(command, env={**kept, "UV": uv()}, capture_output=True, text=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [uv(), "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed") / "storyline"
    done = install(wheel, folder)
    assert done.returncode == 0, done.stderr
    return folder


def run(
    folder: Path, arguments: Sequence[str], settings: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run one command in the installed folder, with nothing of this process's environment."""
    command = [str(folder / arguments[0]), *arguments[1:]]
    environment = {"PATH": "/usr/bin:/bin", **settings}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("arguments", HELPED, ids=lambda each: " ".join(each))
def test_every_command_starts(installed: Path, arguments: list[str]) -> None:
    done = run(installed, arguments, {})
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout or "usage" in done.stdout


@pytest.mark.parametrize("module", ["bot", "bot.watch", "desk"])
def test_every_service_starts_and_asks_for_its_settings(installed: Path, module: str) -> None:
    done = run(installed, ["bin/python", "-m", module], {})
    assert done.returncode == 2
    assert "LIVEKIT_URL is not set" in done.stderr


def test_the_migrations_are_shipped(installed: Path) -> None:
    done = run(installed, ["bin/python", "-m", "bot", "migrate"], SETTINGS)
    assert done.returncode == 0, done.stderr
    assert (installed / "storyline.db").exists()


def test_nothing_for_development_is_shipped(installed: Path) -> None:
    names = {path.name for path in installed.glob("lib/*/site-packages/*")}
    assert not names & {"pytest", "mypy", "piper", "faster_whisper", "baresip"}


def test_every_licence_of_what_is_shipped_is_in_the_notice(installed: Path) -> None:
    (packages,) = installed.glob("lib/*/site-packages")
    names = {each.metadata["Name"] for each in distributions(path=[str(packages)])}
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    listed = set(re.findall(r"^- (\S+): ", notice.partition("Packages that")[2], re.MULTILINE))
    assert listed == names - {"storyline"}, "make notice writes it anew"


def test_a_folder_with_something_in_it_is_left_alone(wheel: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    done = install(wheel, tmp_path)
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [tmp_path / "mine"])
    assert "is not empty" in done.stderr


def test_a_wheel_that_is_not_there_is_asked_for(tmp_path: Path) -> None:
    done = install(tmp_path / "none.whl", tmp_path / "new")
    assert done.returncode == 2
    assert "uv build --wheel" in done.stderr
