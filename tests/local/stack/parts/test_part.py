"""One part's life, with small Python programs in the place of the servers."""

import sys
from pathlib import Path

import pytest

from local.stack import PartFailed
from local.stack.environment import clean_environment
from local.stack.parts import processes
from local.stack.parts.part import Part, Program
from local.stack.ports import Ports

pytestmark = [pytest.mark.unit, pytest.mark.timeout(20)]

LISTEN = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
time.sleep(600)
"""
FORK = LISTEN.replace("time.sleep", "import os; os.fork(); time.sleep")
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + LISTEN
FAIL = "import sys; sys.exit('the reason why')"


async def healthy() -> bool:
    return True


def part_of(
    code: str, tmp_path: Path, *, start_limit_s: float = 10, port: int | None = None
) -> Part:
    port = port or Ports.pick().redis
    return Part(
        Program(
            name="part",
            command=(sys.executable, "-I", "-S", "-c", code, str(port)),
            env=clean_environment(),
            run_dir=tmp_path,
            port=port,
            start_limit_s=start_limit_s,
            stop_grace_s=0.3,
        )
    )


async def test_a_part_is_ready_when_it_listens_and_gone_after_stop(tmp_path: Path) -> None:
    part = part_of(LISTEN, tmp_path)
    await part.start()
    await part.wait_ready(healthy)
    members = part.members()

    assert part.pid in members
    assert "listening" in part.log_since_start()

    await part.stop()

    assert part.members() == []
    assert part.program.port is not None
    assert not processes.listens(members, part.program.port)


async def test_a_part_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    part = part_of(STUBBORN, tmp_path)
    await part.start()
    await part.wait_ready(healthy)
    pid = part.pid
    assert pid is not None

    await part.stop()

    assert processes.group_members(pid) == []


async def test_a_part_that_ends_by_itself_shows_its_last_words(tmp_path: Path) -> None:
    part = part_of(FAIL, tmp_path)
    await part.start()

    with pytest.raises(PartFailed) as caught:
        await part.wait_ready(healthy)
    await part.stop()

    assert caught.value.part == "part"
    assert "exit code 1" in caught.value.reason
    assert caught.value.log_tail == "the reason why"
    assert str(tmp_path / "part.log") in str(caught.value)


async def test_a_part_that_never_listens_is_late(tmp_path: Path) -> None:
    part = part_of("import time; time.sleep(600)", tmp_path, start_limit_s=0.2)
    await part.start()

    with pytest.raises(PartFailed, match=r"not ready within 0\.2 s"):
        await part.wait_ready(healthy)
    await part.stop()


async def test_another_program_on_the_port_is_not_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = part_of(LISTEN, tmp_path / "other")
    await other.start()
    await other.wait_ready(healthy)
    ours = part_of(LISTEN, tmp_path, port=other.program.port)
    await ours.start()

    with pytest.raises(PartFailed) as caught:
        await ours.wait_ready(healthy)
    await ours.stop()
    await other.stop()

    assert caught.value.port_was_taken


async def test_a_program_that_cannot_be_executed_is_a_failed_part(tmp_path: Path) -> None:
    program = Program("part", (tmp_path / "missing",), {}, tmp_path, 1.0)

    with pytest.raises(PartFailed, match="cannot be started"):
        await Part(program).start()


async def test_the_end_of_a_running_part_is_told(tmp_path: Path) -> None:
    part = part_of(FAIL, tmp_path)
    await part.start()

    failure = await part.wait_ended()
    await part.stop()

    assert failure.log_tail == "the reason why"


async def test_kill_ends_forked_processes_too(tmp_path: Path) -> None:
    part = part_of(FORK, tmp_path)
    await part.start()

    async def has_forked() -> bool:
        return len(part.members()) == 2

    await part.wait_ready(has_forked)
    group = part.pid
    assert group is not None

    await part.kill()

    assert processes.group_members(group) == []


async def test_a_part_that_runs_to_its_end_is_waited_for(tmp_path: Path) -> None:
    await part_of("print('done')", tmp_path).run()

    assert (tmp_path / "part.log").read_text() == "done\n"


@pytest.mark.parametrize(
    ("code", "limit_s", "reason"),
    [(FAIL, 10, "exit code 1"), ("import time; time.sleep(600)", 0.2, "more than 0.2 s")],
)
async def test_a_part_that_does_not_come_to_its_end_says_why(
    tmp_path: Path, code: str, limit_s: float, reason: str
) -> None:
    part = part_of(code, tmp_path, start_limit_s=limit_s)
    with pytest.raises(PartFailed, match=reason):
        await part.run()

    assert part.members() == []
