"""Which schema a store has: one row that a migration writes and a start reads."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    delete,
    insert,
    select,
)

__all__ = ["HEAD", "REVISIONS", "TABLE", "note", "stored"]

# Every schema that a released storesync wrote, oldest first. A new file in migrations/versions gets its line
# here: so a store that is up to date is known without loading Alembic.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011")
HEAD = REVISIONS[-1]

# Not Alembic's own name: a database may hold the tables of a program that uses Alembic too.
TABLE = "storesync_schema"

_versions = Table(
    TABLE,
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name=f"{TABLE}_pkc"),  # as Alembic makes it
)


def stored(db: Connection) -> str | None:
    """The revision of this store; the table must be there."""
    return db.execute(select(_versions.c.version_num)).scalar_one_or_none()


def note(db: Connection) -> None:
    """The store has the newest schema."""
    _versions.create(db, checkfirst=True)
    db.execute(delete(_versions))
    db.execute(insert(_versions), {"version_num": HEAD})
