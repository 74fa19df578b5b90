"""What was used of a day's quota and by how many processes, and what became of a token's renewal.

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _code_points(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


KEY = _code_points(190)
NAME = _code_points(120)
TIME = _code_points(40)


def upgrade() -> None:
    op.create_table(
        "usage",
        sa.Column("name", KEY, nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "sharers",
        sa.Column("scope", KEY, nullable=False),
        sa.Column("owner", NAME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.PrimaryKeyConstraint("scope", "owner"),
    )
    op.add_column("tokens", sa.Column("renewing", TIME, nullable=True))
    op.add_column("tokens", sa.Column("refused", sa.Text(), server_default="", nullable=False))
