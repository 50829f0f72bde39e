"""What the desk is asked for among a million calls is found by an index.

Old programs know nothing of it and lose nothing by it.
"""

from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | None = None
depends_on: str | None = None

_BY_WORD = ("direction", "end_reason", "agent_reached")


def upgrade() -> None:
    for name in _BY_WORD:
        op.create_index(f"ix_calls_{name}", "calls", [name, "started_at"])
    op.create_index("ix_call_turns_gap_s", "call_turns", ["gap_s", "call_id"])


def downgrade() -> None:
    op.drop_index("ix_call_turns_gap_s", "call_turns")
    for name in _BY_WORD:
        op.drop_index(f"ix_calls_{name}", "calls")
