"""Alembic's entry: it is handed an open connection, inside the transaction that holds the lock."""

from alembic import context

from bot.records.table import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a column by building the table anew.
    render_as_batch=True,
)
context.run_migrations()
