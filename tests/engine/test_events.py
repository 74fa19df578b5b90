"""A library does not print."""

import asyncio
import logging

import pytest
import structlog

from storesync.engine.events import happened, warned, within


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


def test_an_event_has_the_fields_of_what_it_is_part_of() -> None:
    """Whatever is told within a block, by its tasks too, has the block's fields; nothing is left of them after it."""

    async def work() -> None:
        with within(run="r1"):
            await asyncio.gather(_ended("A"), _ended("B"))
        happened("plan.made")

    async def _ended(key: str) -> None:
        with within(key=key):
            await asyncio.sleep(0)
            happened("operation.ended", state="done")

    with structlog.testing.capture_logs() as heard:
        structlog.configure(processors=structlog.get_config()["processors"])
        asyncio.run(work())
    structlog.reset_defaults()

    assert [("operation.ended", "r1", "A"), ("operation.ended", "r1", "B"), ("plan.made", None, None)] == [
        (event["event"], event.get("run"), event.get("key")) for event in heard
    ]
