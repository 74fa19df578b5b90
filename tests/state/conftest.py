"""Every promise of the state room is kept on each database it may live in."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from attrs import frozen
from sqlalchemy import create_engine, make_url, text
from tests import canaries

from storesync.state import Store, migrate
from storesync.state.schema import METADATA


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a PostgreSQL its tests are left out, and one line says so."""
    if os.environ.get("STORESYNC_TEST_POSTGRES"):
        return
    first, *others = [item for item in items if item.get_closest_marker("postgres")] or [None]
    if first is None:
        return
    first.add_marker(
        pytest.mark.skip(
            f"no PostgreSQL, {1 + len(others)} tests left out: "
            "start one with `export STORESYNC_TEST_POSTGRES=$(scripts/postgres)`"
        )
    )
    left_out = set(others)
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=others)


@frozen
class Place:
    """Where a test keeps its state; everything that opens it sees the same rows."""

    url: str
    inline: bool = False
    schema: str = ""

    def open(self) -> Store:
        """Another process's view: its own connections."""
        return Store(self.url, inline=self.inline)


@contextmanager
def schema_of_its_own() -> Iterator[Place]:
    """A PostgreSQL schema for one test, gone afterwards."""
    server = os.environ["STORESYNC_TEST_POSTGRES"]
    name = f"test_{uuid4().hex}"
    admin = create_engine(server)
    with admin.begin() as db:
        db.execute(text(f"CREATE SCHEMA {name}"))
    url = make_url(server).update_query_dict({"options": f"-csearch_path={name}"})
    try:
        yield Place(url.render_as_string(hide_password=False), schema=name)
    finally:
        canaries.look(admin, name)
        with admin.begin() as db:
            db.execute(text(f"DROP SCHEMA {name} CASCADE"))
        admin.dispose()


@contextmanager
def place_for(kind: str, folder: Path) -> Iterator[Place]:
    """An empty place of one kind."""
    if kind == "postgres":
        with schema_of_its_own() as place:
            yield place
    elif kind == "file":
        yield Place(f"sqlite:///{folder}/state/storesync.db")
    else:
        yield Place("sqlite://", inline=True)


POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(params=["file", "memory", POSTGRES])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place on each database."""
    with place_for(request.param, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def migrated_schema() -> Iterator[Place]:
    """One PostgreSQL schema with its tables for all tests of a worker that change rows only."""
    with schema_of_its_own() as made:
        migrate(made.url)
        yield made


@contextmanager
def with_tables(request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    """A place whose tables are there and empty."""
    if request.param != "postgres":
        with place_for(request.param, folder) as made:
            yield made
        return
    made = request.getfixturevalue("migrated_schema")
    yield made
    admin = made.open()
    canaries.look(admin.engine, made.schema)
    with admin.engine.begin() as db:
        for table in METADATA.sorted_tables:
            db.execute(table.delete())
    admin.close()


@pytest.fixture(params=["file", "memory", POSTGRES])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store with its tables, on each database."""
    with with_tables(request, tmp_path) as made:
        opened = made.open()
        migrate(opened)
        yield opened
        opened.close()


@pytest.fixture(params=["file", POSTGRES])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A place with its tables that several processes can open."""
    with with_tables(request, tmp_path) as made:
        migrate(made.url)
        yield made
