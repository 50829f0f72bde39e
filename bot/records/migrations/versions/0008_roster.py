"""Which workers there are, and what the watches did."""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "workers",
        sa.Column("worker_id", sa.String(36), primary_key=True),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("max_calls", sa.Integer, nullable=False),
        sa.Column("is_ready", sa.Boolean, nullable=False),
        sa.Column("is_blind", sa.Boolean, nullable=False),
    )
    op.create_table(
        "watch_acts",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("call_id", sa.String(36)),
    )
    op.create_index("ix_watch_acts_at", "watch_acts", ["at"])


def downgrade() -> None:
    op.drop_table("watch_acts")
    op.drop_table("workers")
