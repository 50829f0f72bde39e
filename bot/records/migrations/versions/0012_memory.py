"""Callers who said yes to being remembered, and calls that are to be forgotten.

Old programs know nothing of these tables and lose nothing by it.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | None = None
depends_on: str | None = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "remembered_callers",
        sa.Column("number", sa.String(64), primary_key=True),
        sa.Column("called", sa.String(100), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("location", sa.String(100), nullable=False),
        sa.Column("heard_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_remembered_callers_heard_at", "remembered_callers", ["heard_at"])
    op.create_table(
        "told_stories",
        sa.Column("number", sa.String(64), primary_key=True),
        sa.Column("called", sa.String(100), primary_key=True),
        sa.Column("premise", sa.String(64), primary_key=True),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("told_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "calls_to_forget",
        sa.Column("call_id", sa.String(36), primary_key=True),
        sa.Column("forget_at", _MOMENT, nullable=False),
    )


def downgrade() -> None:
    for name in ("calls_to_forget", "told_stories", "remembered_callers"):
        op.drop_table(name)
