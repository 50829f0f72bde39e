"""The tables are made once, by whoever comes first, and are the ones the code knows."""

import asyncio
import multiprocessing
import os
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from bot.records import DatabaseUnavailable, Records, SchemaError, migrate
from bot.records.database import create_engine
from bot.records.table import metadata
from tests.bot.records.records import EVERY_DATABASE, a_call

pytestmark = EVERY_DATABASE


async def test_the_migrations_make_exactly_the_tables_of_the_code(database: str) -> None:
    def differences(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    engine = create_engine(database)
    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await engine.dispose()


async def test_a_file_with_numbers_in_it_is_its_owners_alone(empty_database: str) -> None:
    if not empty_database.startswith("sqlite"):
        return  # a server keeps its own files
    path = Path(empty_database.partition("///")[2])
    before = os.umask(0)
    try:
        await migrate(empty_database)
        async with Records.open(empty_database) as records:
            await records.calls.save(a_call())
            modes = {each.name: each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes and set(modes.values()) == {0o600}, modes


async def test_migrating_again_keeps_the_calls(database: str) -> None:
    call = a_call()
    async with Records.open(database) as records:
        await records.calls.save(call)
        await migrate(database)
        assert await records.calls.recent(9) == [call]


def _migrate_in_a_process(url: str) -> None:
    asyncio.run(migrate(url))


async def test_several_processes_may_migrate_at_once(empty_database: str) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # or each would import everything anew
    processes = [
        context.Process(target=_migrate_in_a_process, args=(empty_database,)) for _ in range(5)
    ]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join, 60)
    assert [process.exitcode for process in processes] == [0] * 5
    async with Records.open(empty_database) as records:
        assert await records.calls.save(a_call())


async def check_tables(url: str) -> None:
    async with Records.open(url) as records:
        await records.check_tables()


async def pretend(url: str, revision: str) -> None:
    """As if a program with that newest revision had been here."""
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE alembic_version SET version_num = :to"), {"to": revision}
        )
    await engine.dispose()


async def test_a_database_of_a_much_newer_program_is_refused_in_words(database: str) -> None:
    await pretend(database, "9999")
    for work in (migrate, check_tables):
        with pytest.raises(SchemaError, match="another version of this program"):
            await work(database)


async def test_a_database_that_was_only_added_to_is_lived_with(database: str) -> None:
    await pretend(database, "0099")
    for work in (migrate, check_tables):
        await work(database)
    async with Records.open(database) as records:
        assert await records.calls.save(a_call())


async def test_whoever_only_looks_makes_no_tables(empty_database: str) -> None:
    with pytest.raises(SchemaError, match=r"no tables yet.*python -m bot migrate"):
        await check_tables(empty_database)
    if empty_database.startswith("sqlite"):
        assert await asyncio.to_thread(os.listdir, Path(empty_database[19:]).parent) == []
    with pytest.raises(DatabaseUnavailable):
        async with Records.open(empty_database) as records:
            await records.calls.recent(1)


async def test_an_older_database_is_not_upgraded_by_whoever_only_looks(database: str) -> None:
    await check_tables(database)
    await pretend(database, "0001")
    with pytest.raises(SchemaError, match=r"older than this program.*python -m bot migrate"):
        await check_tables(database)


async def test_a_database_out_of_reach_is_our_own_error(empty_database: str) -> None:
    if empty_database.startswith("sqlite"):
        nowhere = "sqlite:////nowhere/at/all/calls.db"
    else:
        nowhere = "postgresql://u:hunter2@127.0.0.1:1/calls"
    with pytest.raises(DatabaseUnavailable) as caught:
        await migrate(nowhere)
    assert "hunter2" not in str(caught.value)
