"""A library does not print."""

import logging

import pytest
import structlog

from storesync.engine.events import happened, warned


@pytest.fixture(autouse=True)
def _unconfigured() -> None:
    structlog.reset_defaults()


def test_events_print_nothing_until_somebody_listens(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither on standard output nor on standard error."""
    happened("request.failed", channel="tmall-cn")
    warned("category.unreadable", channel="tmall-cn")

    assert ("", "") == tuple(capfd.readouterr())


def test_the_standard_log_hears_them_with_their_fields(caplog: pytest.LogCaptureFixture) -> None:
    """For programs that know logging and not structlog."""
    with caplog.at_level(logging.INFO, logger="storesync.engine"):
        happened("token.renewed", account="shopee")

    (record,) = caplog.records
    assert ("token.renewed", {"account": "shopee"}) == (record.message, record.fields)


def test_structlog_hears_them_where_it_is_configured() -> None:
    """As the program configured it."""
    with structlog.testing.capture_logs() as heard:
        structlog.configure(processors=structlog.get_config()["processors"])
        happened("operation.settled", key="SBG-001")
    structlog.reset_defaults()

    assert [{"event": "operation.settled", "key": "SBG-001", "log_level": "info"}] == heard
