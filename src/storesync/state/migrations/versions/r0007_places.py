"""What a person wrote belongs to its place, and what engines were given is counted.

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _code_points(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


KEY = _code_points(190)
NAME = _code_points(120)
TIME = _code_points(40)
COLUMNS = """source, source_locale, target_locale, field, glossary, source_text, text, state, "by", place, locked,
    note, at"""


def upgrade() -> None:
    # A new key of a table is a new table on SQLite.
    op.create_table(
        "texts_by_place",
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("source_locale", NAME, nullable=False),
        sa.Column("target_locale", NAME, nullable=False),
        sa.Column("field", NAME, nullable=False),
        sa.Column("glossary", sa.String(length=32), server_default="", nullable=False),
        sa.Column("own_place", KEY, server_default="", nullable=False),
        sa.Column("source_text", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("by", NAME, server_default="", nullable=False),
        sa.Column("place", KEY, server_default="", nullable=False),
        sa.Column("locked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("source", "source_locale", "target_locale", "field", "glossary", "own_place"),
    )
    op.execute(
        f"""INSERT INTO texts_by_place ({COLUMNS}, own_place) SELECT {COLUMNS},
        CASE WHEN state IN ('reviewed', 'final') OR locked THEN place ELSE '' END FROM texts"""
    )
    op.drop_table("texts")
    op.rename_table("texts_by_place", "texts")
    op.create_index("ix_texts_place", "texts", ["target_locale", "place"])
    op.create_table(
        "spent",
        sa.Column("engine", NAME, nullable=False),
        sa.Column("day", NAME, nullable=False),
        sa.Column("characters", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("engine", "day"),
    )
