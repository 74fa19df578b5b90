"""Hands in the shop: what a person ended, what the market shows in its own words, whose account it is.

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _text(name: str, default: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def upgrade() -> None:
    op.add_column("listings", _text("ending", ""))
    op.add_column("listings", _text("seen", "{}"))
    op.add_column("channels", _text("identity", "{}"))
    op.add_column("channels", _text("contact", "{}"))
    # What was ended stays so, and a shop whose listings we made was met long ago.
    op.execute(
        "UPDATE listings SET ending = 'ended on demand', reason = 'ended on demand', want_shown = false, input = ''"
        " WHERE have_shown = 'x' AND ref IS NULL"
    )
    op.execute(
        """UPDATE channels SET contact = '{"how": "known"}' WHERE EXISTS (SELECT 1 FROM listings"""
        " WHERE listings.channel = channels.channel AND listings.ref IS NOT NULL)"
    )
