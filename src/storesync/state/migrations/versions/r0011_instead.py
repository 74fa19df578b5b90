"""A person's text says which delivered text it stands for.

Revision 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("texts", sa.Column("instead", sa.String(length=32), server_default="", nullable=False))
