"""What happened in a call: its turns, its events, and what was used of which model."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "call_turns",
        sa.Column("call_id", sa.String(36), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("who", sa.String(32), nullable=False),
        sa.Column("began_at", moment, nullable=False),
        sa.Column("ended_at", moment),
        sa.Column("end_of_turn_s", sa.Float),
        sa.Column("transcription_s", sa.Float),
        sa.Column("first_token_s", sa.Float),
        sa.Column("first_sound_s", sa.Float),
        sa.Column("gap_s", sa.Float),
        sa.Column("interrupted", sa.Boolean, nullable=False),
        sa.Column("filled", sa.Boolean, nullable=False),
        sa.Column("apologised", sa.Boolean, nullable=False),
        sa.Column("words", sa.Text),
    )
    op.create_index("ix_call_turns_began_at", "call_turns", ["began_at", "gap_s"])
    op.create_table(
        "call_events",
        sa.Column("call_id", sa.String(36), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("detail", sa.Text),
    )
    op.create_table(
        "call_usage",
        sa.Column("call_id", sa.String(36), primary_key=True),
        sa.Column("provider", sa.String(100), primary_key=True),
        sa.Column("model", sa.String(100), primary_key=True),
        sa.Column("unit", sa.String(32), primary_key=True),
        sa.Column("amount", sa.Float, nullable=False),
        sa.Column("cost_usd", sa.Float),
    )
    # Of one number, for `forget` and for the desk.
    op.create_index("ix_calls_to_number", "calls", ["to_number", "started_at"])


def downgrade() -> None:
    op.drop_index("ix_calls_to_number", "calls")
    op.drop_table("call_usage")
    op.drop_table("call_events")
    op.drop_table("call_turns")
