"""A PostgreSQL server of the tests' own: from TEST_DATABASE_URL, or started for the session."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg  # type: ignore[import-untyped]

from local import postgres
from tests.missing import missing


@contextmanager
def server() -> Iterator[str]:
    """The address of a server, `postgresql://user@host:port`, that may create databases."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url.rsplit("/", 1)[0]
        return
    found = postgres.programs()
    if found is None:
        missing(postgres.INSTALL)
    with postgres.cluster(found) as cluster:
        yield cluster.url


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
