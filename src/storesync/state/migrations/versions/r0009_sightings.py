"""Beside which source text every delivered translation was first seen.

Revision 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _code_points(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sightings",
        sa.Column("product", _code_points(190), nullable=False),
        sa.Column("locale", _code_points(120), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("seen", sa.Text(), server_default="{}", nullable=False),
        sa.Column("stale", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("product", "locale"),
    )
