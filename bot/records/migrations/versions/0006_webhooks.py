"""What is to be told to another system of a call that has ended."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "webhooks",
        sa.Column("call_id", sa.String(36), primary_key=True),
        sa.Column("letter_id", sa.String(64), nullable=False),
        sa.Column("written_at", moment, nullable=False),
        sa.Column("next_at", moment, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("taken_at", moment),
        sa.Column("last_answer", sa.Text),
    )
    op.create_index("ix_webhooks_due", "webhooks", ["state", "next_at"])


def downgrade() -> None:
    op.drop_table("webhooks")
