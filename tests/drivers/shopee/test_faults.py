"""Error words become faults: overloaded codes by their message, prefixed ones by their end."""

from typing import Any

import pytest

import storesync.driver as sd
from storesync.drivers.shopee import DRIVER
from storesync.drivers.shopee.faults import failure

ASKED = sd.request("POST", "/api/v2/product/add_item", json={})


def told(code: str, message: str = "", status: int = 200, **more: Any) -> sd.Fault | None:
    """What the driver makes of this answer."""
    return DRIVER.classify(ASKED, sd.Response({"error": code, "message": message, **more}, status=status))


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("error_rate_limit", "Your request is too frequent.", sd.Throttled),
        ("error_limit", "Exceed partner api daily limit.", sd.Denied),
        ("invalid_acceess_token", "Invalid access_token, please have a check.", sd.AuthExpired),
        ("error_auth", "Invalid access_token.", sd.AuthExpired),
        ("error_auth", "System error, please try again later.", sd.Transient),
        ("error_auth", "No permission.", sd.Denied),
        ("error_sign", "Wrong sign.", sd.Denied),
        ("error_shop_refresh_token", "", sd.Denied),
        ("error_param", "Timestamp is expired.", sd.Transient),
        ("error_param", "Wrong parameters.", sd.Rejected),
        ("error_inner", "", sd.Transient),
        ("product.error_inner", "", sd.Transient),
        ("error_busi_add_item_failed", "", sd.Transient),
        ("product.error_busi", "", sd.Rejected),
        ("error_cannt_edit_price_in_promotion", "", sd.Postponed),
        ("product.error_in_item_promotion_stock_lock", "", sd.Postponed),
        ("error_holiday_on_add_item", "", sd.Postponed),
        ("error_busi_update_stock_failed", "error_cannt_edit_stock_in_promotion", sd.Postponed),
        ("error_busi_update_stock_failed", "failed", sd.Rejected),
        ("error_item_not_found", "", sd.NotFound),
        ("product.error_item_not_belong_shop", "", sd.NotFound),
        ("error_title_exceeds_max_length", "too long", sd.Rejected),
        ("error_of_tomorrow", "", sd.Rejected),
    ],
)  # fmt: skip
def test_codes_become_faults(code: str, message: str, kind: type[sd.Fault]) -> None:
    """Section 7 of the notes, class by class."""
    assert kind is type(told(code, message))


def test_the_body_goes_before_the_status() -> None:
    """A throttled call may come with any status, a success with none but its empty word."""
    assert isinstance(told("error_rate_limit", status=403), sd.Throttled)
    assert isinstance(told("error_of_tomorrow", status=502), sd.Transient)
    assert told("", response={}) is None
    assert DRIVER.classify(ASKED, sd.Response({"response": {}})) is None


def test_a_page_instead_of_data_is_no_success() -> None:
    """By its status, or because it cannot be read."""
    for status in (200, 429, 502):
        fault = DRIVER.classify(ASKED, sd.Response(None, status=status, readable=False))

        assert isinstance(fault, sd.Transient)


def test_a_wrong_clock_leaves_the_market_untouched() -> None:
    """So that even a create may be sent again with a fresh time."""
    fault = told("error_param", "Timestamp is expired.")

    assert fault is not None
    assert fault.untouched


def test_a_refusal_names_its_place() -> None:
    """Where the code says what it is about."""
    fault = told("product.error_title_exceeds_max_length", "Item name exceeds 120 characters.")

    assert fault is not None
    assert ["texts/title"] == [issue.path for issue in fault.issues]


@pytest.mark.parametrize(
    ("reason", "code", "kind"),
    [
        ("error_cannt_edit_stock_in_promotion", "error_cannt_edit_stock_in_promotion", sd.Postponed),
        ("error_model_not_found: Model not found.", "error_model_not_found", sd.NotFound),
        ("Price is wrong", "failed", sd.Rejected),
        ("", "failed", sd.Rejected),
    ],
)
def test_the_reason_of_one_row_becomes_its_fault(reason: str, code: str, kind: type[sd.Fault]) -> None:
    """A code, a code with words, or words alone."""
    fault = failure(sd.Part({"model_id": 1, "failed_reason": reason}))

    assert (code, kind) == (fault.code, type(fault))
