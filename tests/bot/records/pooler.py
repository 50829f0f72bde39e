"""A real PgBouncer of the tests' own, which lends a connection for one transaction only."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]

from local.ports import free_port
from tests.missing import missing

# Fewer than there are callers: the next transaction is rarely on the same connection.
CONNECTIONS = 2
START_LIMIT_S = 10.0
INSTALL = "no PgBouncer here: install Debian's package `pgbouncer`"

_CONFIGURATION = """\
[databases]
{name} = host={host} port={port} dbname={name} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen_port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 200
"""


@asynccontextmanager
async def pooler(database: str) -> AsyncIterator[str]:
    """The address of the same database, `postgresql://user@host:port/name`, behind a pooler."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        missing(INSTALL)
    server, name = database.rsplit("/", 1)
    user, address = server.removeprefix("postgresql://").split("@")
    host, port = address.split(":")
    listen_port = free_port()
    # PgBouncer refuses to run as root.
    owner = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="storyline-pooler-"))
    path = folder / "pgbouncer.ini"
    path.write_text(
        _CONFIGURATION.format(
            name=name,
            host=host,
            port=port,
            user=user.split(":")[0],
            listen_port=listen_port,
            connections=CONNECTIONS,
        )
    )
    if owner is not None:
        shutil.chown(folder, owner)
        shutil.chown(path, owner)
    process = await asyncio.create_subprocess_exec(
        program, "--quiet", str(path), user=owner, cwd=folder
    )
    try:
        url = f"postgresql://tests@127.0.0.1:{listen_port}/{name}"
        async with asyncio.timeout(START_LIMIT_S):
            await _until_it_answers(url)
        yield url
    finally:
        process.terminate()
        await process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def _until_it_answers(url: str) -> None:
    while True:
        try:
            connection = await asyncpg.connect(url, statement_cache_size=0)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            await connection.close()
            return
