"""Every bench that a test opens is closed after it."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs
from tests.engine.bench import Bench


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    with capture_logs():
        yield
    Bench.close_all()
