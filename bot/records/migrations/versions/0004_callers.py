"""Finding the calls of one number among all that ever were."""

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_index("ix_calls_from_number", "calls", ["from_number", "started_at"])


def downgrade() -> None:
    op.drop_index("ix_calls_from_number", "calls")
