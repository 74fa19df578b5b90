"""The memory of translations.

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _code_points(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


KEY = _code_points(190)
NAME = _code_points(120)
TIME = _code_points(40)


def upgrade() -> None:
    op.create_table(
        "texts",
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("source_locale", NAME, nullable=False),
        sa.Column("target_locale", NAME, nullable=False),
        sa.Column("field", NAME, nullable=False),
        sa.Column("glossary", sa.String(length=32), server_default="", nullable=False),
        sa.Column("source_text", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("by", NAME, server_default="", nullable=False),
        sa.Column("place", KEY, server_default="", nullable=False),
        sa.Column("locked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("source", "source_locale", "target_locale", "field", "glossary"),
    )
    op.create_index("ix_texts_place", "texts", ["target_locale", "place"])
