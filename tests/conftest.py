"""What every test gets: asyncio for async tests and one hypothesis profile."""

import os

import pytest
from hypothesis import HealthCheck, settings

# The search for secrets in all that a run writes, and what its own tests need.
pytest_plugins = ["tests.canaries", "pytester"]

# Time limits measure the machine, not the code; a failing example prints the line that repeats it.
settings.register_profile(
    "house",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", settings.get_profile("house"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio, the loop the engine is written for."""
    return "asyncio"
