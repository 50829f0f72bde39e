"""The calls: one row each."""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "calls",
        sa.Column("call_id", sa.String(36), primary_key=True),
        sa.Column("direction", sa.String(32), nullable=False),
        sa.Column("from_number", sa.String(64)),
        sa.Column("to_number", sa.String(64)),
        sa.Column("room_name", sa.String(255), nullable=False),
        sa.Column("sip_call_id", sa.String(255)),
        sa.Column("job_id", sa.String(64)),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("answered_at", moment),
        sa.Column("ended_at", moment),
        sa.Column("end_reason", sa.String(32)),
        sa.Column("agent_reached", sa.String(32), nullable=False),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.Column("lease_until", moment),
        sa.Column("error", sa.Text),
    )
    op.create_index("ix_calls_started_at", "calls", ["started_at"])
    still_open = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_calls_open",
        "calls",
        ["call_id"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def downgrade() -> None:
    op.drop_table("calls")
