"""A PostgreSQL server of the tests' own: from TEST_DATABASE_URL, or started for the session."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest

from local.ports import free_port


def _programs() -> Path | None:
    """Debian keeps the server's programs out of PATH, one folder per version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    in_path = shutil.which("initdb")
    return Path(in_path).parent if in_path else None


@contextmanager
def server() -> Iterator[str]:
    """The address of a server, `postgresql://user@host:port`, that may create databases."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url.rsplit("/", 1)[0]
        return
    programs = _programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("no PostgreSQL here: install Debian's package `postgresql`")
        pytest.skip("no PostgreSQL here: install Debian's package `postgresql`")
    with _private_cluster(programs) as url:
        yield url


@contextmanager
def _private_cluster(programs: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="storyline-pg-"))
    data, port = folder / "data", free_port()

    def run(program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root.
        user = "postgres" if os.geteuid() == 0 else None
        command = [str(programs / program), "-D", str(data), *arguments]
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)

    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        run("initdb", "-U", "tests", "-A", "trust", "-E", "UTF8", "-N")
        options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c synchronous_commit=off"
        run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", options)
        try:
            yield f"postgresql://tests@127.0.0.1:{port}"
        finally:
            run("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(f"{url}/postgres", timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def create_database(url: str) -> str:
    """The address of a new, empty database on the server at `url`."""
    name = f"storyline_test_{uuid.uuid4().hex[:12]}"
    await _run(url, f"CREATE DATABASE {name}")
    return f"{url}/{name}"


async def drop_database(url: str) -> None:
    base, name = url.rsplit("/", 1)
    await _run(base, f"DROP DATABASE {name} WITH (FORCE)")
