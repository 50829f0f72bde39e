"""Outbound calls, and the list of numbers that must not be called."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "outbound_calls",
        sa.Column("call_id", sa.String(36), primary_key=True),
        sa.Column("idempotency_key", sa.String(255), unique=True),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("from_number", sa.String(64), nullable=False),
        sa.Column("trunk_id", sa.String(64), nullable=False),
        sa.Column("room_name", sa.String(255), nullable=False),
        sa.Column("name", sa.String(200)),
        sa.Column("location", sa.String(200)),
        sa.Column("ring_timeout_s", sa.Float, nullable=False),
        sa.Column("max_call_s", sa.Float, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("job_id", sa.String(64)),
        sa.Column("cancel_asked", sa.Boolean, nullable=False),
        sa.Column("outcome", sa.String(32)),
        sa.Column("sip_status", sa.Integer),
        sa.Column("detail", sa.Text),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("taken_at", moment),
        sa.Column("dialed_at", moment),
        sa.Column("answered_at", moment),
        sa.Column("ended_at", moment),
    )
    op.create_index("ix_outbound_calls_number", "outbound_calls", ["number", "asked_at"])
    op.create_index("ix_outbound_calls_trunk", "outbound_calls", ["trunk_id", "asked_at"])
    op.create_table(
        "do_not_call",
        sa.Column("number", sa.String(16), primary_key=True),
        sa.Column("since", moment, nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("do_not_call")
    op.drop_table("outbound_calls")
