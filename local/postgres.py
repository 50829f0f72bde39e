"""A PostgreSQL server of one's own, on loopback, in a folder that goes with it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.ports import free_port

INSTALL = "no PostgreSQL here: install Debian's package `postgresql`"


def programs() -> Path | None:
    """Where `initdb` and `pg_ctl` are: Debian keeps them out of PATH, one folder per version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    in_path = shutil.which("initdb")
    return Path(in_path).parent if in_path else None


class Cluster:
    """A server that is there, or away. Nothing in it outlives a power cut: it is for trials."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._port = free_port()

    @property
    def url(self) -> str:
        """`postgresql://user@host:port`; whoever comes may create databases."""
        return f"postgresql://tests@127.0.0.1:{self._port}"

    def create(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "-U", "tests", "-A", "trust", "-E", "UTF8", "-N")

    def start(self) -> None:
        """Returns when it takes connections."""
        options = (
            f"-p {self._port} -h 127.0.0.1 -k {self._folder} -c fsync=off -c synchronous_commit=off"
        )
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "-w", "-l", log, "-o", options)

    def stop(self) -> None:
        """As a crash would: no farewell to any connection."""
        self._run("pg_ctl", "stop", "-m", "immediate")

    def _run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root.
        user = "postgres" if os.geteuid() == 0 else None
        command = [str(self._programs / program), "-D", str(self._folder / "data"), *arguments]
        subprocess.run(command, check=True, user=user, cwd=self._folder, stdout=subprocess.DEVNULL)


@contextmanager
def cluster(programs: Path) -> Iterator[Cluster]:
    """A running server for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="storyline-pg-"))
    server = Cluster(programs, folder)
    try:
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
