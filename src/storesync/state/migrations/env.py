"""How Alembic reaches a store: `migrate` hands in the connection and owns the transaction."""

from __future__ import annotations

from alembic import context

from storesync.state.revision import TABLE
from storesync.state.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=TABLE,
    transactional_ddl=True,  # both databases can, and a store is never left half-way
    render_as_batch=True,
)
context.run_migrations()
