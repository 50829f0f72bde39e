"""Which call's story an order goes on with.

Old programs know nothing of it: they make such a call as any other with this name and place.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.add_column("outbound_calls", sa.Column("resumes", sa.String(36)))


def downgrade() -> None:
    op.drop_column("outbound_calls", "resumes")
