"""Who speaks in a call that is in progress."""

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("calls", sa.Column("speaking", sa.String(32)))
    op.add_column("calls", sa.Column("speaking_since", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("calls", "speaking_since")
    op.drop_column("calls", "speaking")
