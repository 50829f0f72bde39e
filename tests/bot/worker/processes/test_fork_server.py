"""The fork server is begun before anything is read, and is the one that LiveKit's server uses."""

import subprocess
import sys
from pathlib import Path

import pytest
from livekit.agents import Plugin

from bot.livekit_gaps import PRELOADED

pytestmark = [pytest.mark.unit, pytest.mark.process]

LIGHT = "import sys, bot.__main__; print(*sys.modules)"
COPY = """
import multiprocessing, sys
from bot.worker.processes.fork_server import start_fork_server

def tell(names):
    names.put((sorted(sys.modules), __import__("gc").get_freeze_count()))

if __name__ == "__main__":
    start_fork_server()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["this_comes_too_late"])
    names = context.Queue()
    process = context.Process(target=tell, args=(names,))
    process.start()
    modules, frozen = names.get(timeout=50)
    process.join()
    print(frozen > 10_000, *modules)
"""


def test_the_command_reads_nothing_that_takes_long_before_the_fork_server_is_begun() -> None:
    found = subprocess.run(
        [sys.executable, "-c", LIGHT], capture_output=True, text=True, timeout=60, check=True
    )
    assert not {"livekit.agents", "sqlalchemy", "bot.call.entry"} & set(found.stdout.split())


def test_a_copy_of_the_fork_server_has_read_all_that_a_call_needs(tmp_path: Path) -> None:
    script = tmp_path / "a_copy.py"
    script.write_text(COPY, encoding="utf-8")
    found = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=90, check=True
    )
    is_frozen, *modules = found.stdout.split()
    plugins = {each.package for each in Plugin.registered_plugins}
    wanted = {*PRELOADED, *plugins, "bot.call.entry", "bot.worker.processes.prewarm"}
    assert wanted - set(modules) == set()
    assert is_frozen == "True", "what is read later is shared by nobody"
