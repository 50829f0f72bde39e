"""Finding the few orders that are in progress among all that ever were."""

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_index("ix_outbound_calls_state", "outbound_calls", ["state", "trunk_id"])


def downgrade() -> None:
    op.drop_index("ix_outbound_calls_state", "outbound_calls")
