"""An account that the market refuses is known after the run.

Revision 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channels", sa.Column("denied", sa.Text(), server_default="{}", nullable=False))
