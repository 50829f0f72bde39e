"""Set-up on machines that lack something, made of a PATH with stand-ins for the programs."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from local.stack.parts.programs import REPOSITORY, built_program

pytestmark = [pytest.mark.unit, pytest.mark.process, pytest.mark.timeout(30)]

# What every Debian has and set-up uses; the stand-ins use cp and chmod besides.
NEEDED_OF_THE_SYSTEM = (
    *("bash", "env", "cat", "dirname", "head", "mkdir", "mv", "nice", "sha256sum", "sort", "tail"),
)
LIBRARIES = "libopus-dev libopusfile-dev libsoxr-dev"

# Stand-ins: each writes what it was asked to $CALLS, and does as much as set-up can see.
PYTHON = 'case "$*" in *version_info*|*ensurepip*) exit 0;; esac; echo Python 3.12.0'
UV = """
case "$*" in *--check*) [ "$(<uv.lock)" = "$(<.venv/synchronised)" ]; exit;; esac
echo "uv $*" >>"$CALLS"
mkdir -p .venv/bin
cp "$(command -v python3)" .venv/bin/python
cp uv.lock .venv/synchronised
"""
APT = 'echo "apt-get $*" >>"$CALLS"'
GO = """
if [ "$1" = env ]; then echo go1.26.1; exit; fi
echo "go $*" >>"$CALLS"
while [ "$1" != -o ]; do shift; done
echo built >"$2"; chmod +x "$2"
"""


class Machine:
    """A copy of the tree, a PATH with nothing but what is put there, an empty cache."""

    def __init__(self, path: Path) -> None:
        self.tree = path / "tree"
        self.bin = path / "bin"
        self.cache = path / "cache"
        self.calls = path / "calls"
        for folder in (self.tree / "local", self.bin):
            folder.mkdir(parents=True)
        for name in ("setup", "go"):
            shutil.copytree(REPOSITORY / "local" / name, self.tree / "local" / name)
        for name in ("pyproject.toml", "uv.lock"):
            shutil.copy(REPOSITORY / name, self.tree / name)
        self.calls.touch()
        for name in (*NEEDED_OF_THE_SYSTEM, "cp", "chmod"):
            self.link(name)

    def link(self, name: str) -> None:
        """Put one of this machine's own programs on its PATH."""
        found = shutil.which(name)
        assert found is not None, name
        (self.bin / name).symlink_to(found)

    def install(self, **programs: str) -> None:
        for name, code in programs.items():
            program = self.bin / name.replace("_", "-")
            program.write_text(f"#!{self.bin}/bash\n{code}\n")
            program.chmod(0o755)

    def install_all_but(self, *missing: str) -> None:
        """A whole developer's machine but for these; the LiveKit programs are not built yet."""
        programs = {
            "python3": PYTHON,
            "uv": UV,
            "apt_get": APT,
            "go": GO,
            "gcc": "",
            "pkg_config": "",
            "redis_server": "",
            "sipp": "",
            "strace": "",
            "chromium": "",
            "id": "echo 1000",
            "sudo": "exit 1",
        }
        self.install(**{name: code for name, code in programs.items() if name not in missing})

    def set_up(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.tree / "local/setup/setup.sh"), *arguments],
            env={
                "PATH": str(self.bin),
                "HOME": str(self.tree),
                "STORYLINE_CACHE": str(self.cache),
                "CALLS": str(self.calls),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def called(self) -> list[str]:
        calls = self.calls.read_text().splitlines()
        self.calls.write_text("")
        return calls


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_first_run_installs_and_builds_and_the_second_does_nothing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.install_all_but()

    first = machine.set_up()

    assert first.returncode == 0, first.stdout + first.stderr
    assert "building livekit-sip (once, 2 to 3 minutes) ..." in first.stdout
    assert "livekit-sip: done in" in first.stdout
    assert {call.split()[-1] for call in machine.called()} == {
        "--compile-bytecode",
        "github.com/livekit/livekit-server/cmd/server",
        "github.com/livekit/sip/cmd/livekit-sip",
    }
    monkeypatch.setenv("STORYLINE_CACHE", str(machine.cache))
    assert os.access(built_program("livekit-sip"), os.X_OK), "where the stack looks for it"

    second = machine.set_up()

    assert (second.returncode, second.stdout, machine.called()) == (0, "", [])


def test_a_changed_lock_file_is_synchronised_again(machine: Machine) -> None:
    machine.install_all_but()
    machine.set_up("python")
    machine.called()
    with (machine.tree / "uv.lock").open("a") as lock:
        lock.write("# changed\n")

    machine.set_up("python")

    assert machine.called() == ["uv sync --all-extras --locked --compile-bytecode"]


def test_an_environment_that_lost_something_is_mended(machine: Machine) -> None:
    machine.install_all_but()
    machine.set_up("python")
    machine.called()
    (machine.tree / ".venv/synchronised").write_text("what a bare `uv sync` leaves")

    machine.set_up("python")

    assert machine.called() == ["uv sync --all-extras --locked --compile-bytecode"]


def test_lint_and_unit_tests_need_neither_servers_nor_go(machine: Machine) -> None:
    machine.install_all_but("redis_server", "sipp", "go", "gcc", "pkg_config")

    assert machine.set_up("python").returncode == 0
    assert machine.called() == ["uv sync --all-extras --locked --compile-bytecode"]


def test_without_leave_to_install_the_exact_line_is_printed(machine: Machine) -> None:
    machine.install_all_but("redis_server", "pkg_config")

    result = machine.set_up()

    assert result.returncode == 3
    line = "sudo apt-get install --no-install-recommends -y redis-server pkg-config"
    assert f"{line} {LIBRARIES}\n" in result.stderr
    assert machine.called() == []


@pytest.mark.parametrize(
    "leave", [{"id": "echo 0"}, {"sudo": 'shift; if [ "$1" != true ]; then "$@"; fi'}]
)
def test_root_or_sudo_without_a_password_installs_what_is_missing(
    machine: Machine, leave: dict[str, str]
) -> None:
    machine.install_all_but("sipp")
    machine.install(**leave, **{"true": "", "initdb": ""})

    result = machine.set_up("tests")

    assert result.returncode == 0, result.stdout + result.stderr
    update, install = [call for call in machine.called() if call.startswith("apt-get")]
    assert update.endswith(" update")
    assert install.endswith("install --no-install-recommends -y sip-tester")


def test_the_demo_needs_nothing_that_only_the_tests_need(machine: Machine) -> None:
    machine.install_all_but("sipp")

    assert machine.set_up().returncode == 0
    assert not any("apt-get" in call for call in machine.called())


def test_livekit_on_path_needs_no_compiler_and_no_go(machine: Machine) -> None:
    machine.install_all_but("go", "gcc", "pkg_config")
    machine.install(livekit_server="", livekit_sip="")

    assert machine.set_up().returncode == 0
    assert machine.called() == ["uv sync --all-extras --locked --compile-bytecode"]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({}, "there is none"),
        ({"go": "echo go1.25.9"}, "is 1.25.9"),
    ],
)
def test_go_that_is_missing_or_too_old_is_said(
    machine: Machine, found: dict[str, str], told: str
) -> None:
    machine.install_all_but("go")
    machine.install(**found)

    result = machine.set_up()

    assert result.returncode == 3
    assert told in result.stderr
    assert "https://go.dev/dl/" in result.stderr


def test_an_old_python_is_said(machine: Machine) -> None:
    machine.install_all_but("uv")
    machine.install(
        python3='case "$*" in *version_info*) exit 1;; *ensurepip*) exit 0;; esac; '
        "echo Python 3.9.2"
    )

    result = machine.set_up()

    assert result.returncode == 3
    assert "Python 3.11, 3.12 or 3.13 is needed; python3 here is Python 3.9.2." in result.stderr


def test_a_python_without_venv_asks_for_its_package(machine: Machine) -> None:
    machine.install_all_but("uv")
    machine.install(python3='case "$*" in *ensurepip*) exit 1;; esac')

    result = machine.set_up()

    assert result.returncode == 3
    assert "-y python3-venv" in result.stderr


def test_a_failed_step_shows_the_end_of_its_log(machine: Machine) -> None:
    machine.install_all_but()
    machine.install(go='if [ "$1" = env ]; then echo go1.26.1; else echo why >&2; exit 7; fi')

    result = machine.set_up()

    assert result.returncode == 1
    assert "failed with exit code 7" in result.stderr
    assert "why" in result.stderr


def test_what_is_built_side_by_side_runs_at_the_same_time(machine: Machine) -> None:
    machine.install_all_but()
    # Each build says that it has begun and ends when the other has, too.
    meet = """
case "$*" in *server) mine=server other=sip;; *) mine=sip other=server;; esac
: >"$HOME/begun-$mine"; until [ -e "$HOME/begun-$other" ]; do sleep 0.01; done
"""
    machine.install(go=GO.replace('echo "go $*"', meet + 'echo "go $*"'))
    machine.link("sleep")

    assert machine.set_up().returncode == 0


def test_one_failure_ends_what_runs_beside_it(machine: Machine, tmp_path: Path) -> None:
    machine.install_all_but()
    wait = """
if [ "$1" = env ]; then echo go1.26.1; exit; fi
case "$*" in *server) echo $$ >"$HOME/pid"; sleep 60;; esac
until [ -e "$HOME/pid" ]; do sleep 0.01; done; exit 7
"""
    machine.install(go=wait)
    machine.link("sleep")

    result = machine.set_up()

    assert result.returncode == 1
    assert "livekit-sip: failed with exit code 7" in result.stderr
    with pytest.raises(ProcessLookupError):
        for _ in range(200):
            os.kill(int((machine.tree / "pid").read_text()), 0)
            time.sleep(0.01)


def test_an_unknown_argument_is_refused(machine: Machine) -> None:
    assert machine.set_up("everything").returncode == 2
