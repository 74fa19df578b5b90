"""From whatever schema a store has to the one of this storesync."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.exc import DBAPIError

from storesync.errors import SchemaTooNew, StateError
from storesync.state import revision
from storesync.state.schema import METADATA
from storesync.state.store import Store

__all__ = ["FOLDER", "migrate", "stored"]

FOLDER = Path(__file__).with_name("migrations")
_LOCK = 0x5354_4F52_4553_594E  # any number that is ours: who migrates holds PostgreSQL's lock of this name
_ONE = Lock()  # Alembic's operations are global to the process


def stored(store: Store) -> str | None:
    """The schema's revision of a store; None when no storesync ever used it. One query where there is one."""
    try:
        return store.read_now(revision.stored)
    except DBAPIError:
        if store.read_now(_has_revision):
            raise
        return None


def migrate(store: Store | str) -> str:
    """Bring a store, or the one at an address, to the schema of this storesync; gives its revision.

    All steps are one transaction: when one fails the store is as it was. Of processes that migrate at the
    same moment one works and the others wait. A store that is up to date costs one query. Raises SchemaTooNew
    when a newer storesync wrote it, StateError when its tables are not ours; then nothing was changed.
    """
    if isinstance(store, str):
        opened = Store(store, inline=True)
        try:
            return migrate(opened)
        finally:
            opened.close()
    if _older(store, stored(store)):
        store.write_now(lambda db: _upgrade(db, store))
    return revision.HEAD


def _has_revision(db: Connection) -> bool:
    return inspect(db).has_table(revision.TABLE)


def _older(store: Store, name: str | None) -> bool:
    if name is not None and name not in revision.REVISIONS:
        raise SchemaTooNew(
            f"{store.url.render_as_string()}: a newer storesync wrote this store (its schema is {name}; this "
            f"one knows up to {revision.HEAD}); use that storesync again, or a backup from before"
        )
    return name != revision.HEAD


def _upgrade(db: Connection, store: Store) -> None:
    if db.dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    name = revision.stored(db) if _has_revision(db) else None
    if not _older(store, name):
        return  # another process did it while we waited
    if name is None:
        _refuse_strangers(db, store)

    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": db})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with _ONE:
        command.upgrade(config, revision.HEAD)


def _refuse_strangers(db: Connection, store: Store) -> None:
    taken = sorted(set(inspect(db).get_table_names()) & METADATA.tables.keys())
    if taken:
        raise StateError(
            f"{store.url.render_as_string()}: the database has tables that storesync did not make "
            f"({', '.join(taken)}); give storesync a database or a schema of its own"
        )
