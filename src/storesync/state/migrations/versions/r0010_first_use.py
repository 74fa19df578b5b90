"""A token's first use, and the SKUs that requests in doubt named.

Revision 0010, after 0009.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NAMED = """
SELECT operations.channel, operations.key, operations.skus FROM operations
JOIN listings ON listings.channel = operations.channel AND listings.key = operations.key
WHERE operations.kind IN ('create', 'update') AND operations.state <> 'done'
AND (listings.doubt IS NOT NULL OR listings.have = '?' OR NOT listings.made)
"""


def _code_points(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("listings", sa.Column("token_at", _code_points(40), nullable=True))
    op.add_column("listings", sa.Column("named", sa.Text(), server_default="[]", nullable=False))
    # No later than its first use; where nothing tells of one it counts as used long ago.
    op.execute(
        "UPDATE listings SET token_at = (SELECT MIN(began) FROM operations WHERE operations.channel = listings.channel"
        " AND operations.key = listings.key AND operations.kind = 'create') WHERE token <> ''"
    )
    named: dict[tuple[str, str], set[str]] = {}
    db = op.get_bind()
    for row in db.execute(sa.text(_NAMED)):
        named.setdefault((row.channel, row.key), set()).update(json.loads(row.skus))
    for (channel, key), skus in named.items():
        db.execute(
            sa.text("UPDATE listings SET named = :named WHERE channel = :channel AND key = :key"),
            {"channel": channel, "key": key, "named": json.dumps(sorted(skus), ensure_ascii=False)},
        )
