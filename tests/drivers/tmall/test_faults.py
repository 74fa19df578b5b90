"""Refusals become the fault that tells the engine what to do next."""

from typing import Any

import pytest

import storesync.driver as sd
from storesync.drivers.tmall import DRIVER
from storesync.drivers.tmall.call import call

REQUEST = call("tmall.item.schema.add", effect=sd.Effect.ONCE)


def classified(**error: Any) -> sd.Fault:
    """The fault of an error envelope."""
    fault = DRIVER.classify(REQUEST, sd.Response({"error_response": error}))
    assert fault is not None
    return fault


@pytest.mark.parametrize(
    ("code", "sub_code", "expected"),
    [
        (7, "accesscontrol.limited-by-app-access-count", sd.Denied),
        (7, "accesscontrol.limited-by-api-access-count", sd.Throttled),
        (7, "accesscontrol.limited-by-dynamic-access-count", sd.Throttled),
        (15, "isp.call-limited", sd.Throttled),
        ("7", "", sd.Throttled),
        (4, "", sd.Throttled),
        (8, "isv.anything", sd.Throttled),
        (15, "isp.remote-service-timeout", sd.Transient),
        (15, "isp.item-update-service-error:GENERIC_FAILURE", sd.Transient),
        (10, "", sd.Transient),
        (530, "isp.system-busy", sd.Transient),
        (3, "", sd.Transient),
        (31, "", sd.Transient),
        (26, "isv.missing-session", sd.Denied),
        (27, "invalid-sessionkey", sd.Denied),
        (27, "isv.some-new-word", sd.Denied),
        (15, "isv.session-expired", sd.Denied),
        (15, "session-not-exist", sd.Denied),
        (11, "isv.permission-api-package-limit", sd.Denied),
        (15, "isv.shop-not-exist", sd.Denied),
        (25, "isv.invalid-signature", sd.Denied),
        (29, "isv.appkey-not-exists", sd.Denied),
        (15, "isv.item-is-delete:invalid-numIid-or-iid", sd.NotFound),
        (15, "isv.item-is-delete:invalid-numIid-or-iid-tmall", sd.NotFound),
        (15, "isv.item-get-service-error:ITEM_NOT_FOUND:7", sd.NotFound),
        (15, "isv.item-not-exist:7", sd.NotFound),
        (15, "isv.invalid-parameters:item_delete", sd.NotFound),
        (15, "isv.item-add-service-error:IC_CHECKSTEP_ALREADY_EXISTS_SAME_SPU", sd.Duplicate),
        (15, "isv.invalid-parameter:title", sd.Rejected),
        (15, "isv.item-update-service-error:ITEM_PROPERTIES_ERROR", sd.Rejected),
        (41, "", sd.Rejected),
    ],
)
def test_each_known_code_is_its_fault(code: Any, sub_code: str, expected: type[sd.Fault]) -> None:
    """Section 5 of the notes: `sub_code` decides, then `code`."""
    assert expected is type(classified(code=code, sub_code=sub_code, msg="words"))


def test_a_told_wait_is_waited_out() -> None:
    """N more seconds are over after N + 1."""
    fault = classified(
        code=7,
        sub_code="accesscontrol.limited-by-api-access-count",
        sub_msg="This ban will last for 3 more seconds",
    )

    assert 4 == fault.retry_after
    assert fault.untouched


@pytest.mark.parametrize("message", ["系统错误，请稍后再试", "系统繁忙", "访问淘宝超时", "天猫商品服务异常"])
def test_chinese_words_for_try_again_are_understood(message: str) -> None:
    """Whatever the code, these messages pass by themselves."""
    assert sd.Transient is type(classified(code=15, sub_code="isv.unheard-of", sub_msg=message))


def test_a_wrong_clock_touched_nothing() -> None:
    """The request may be repeated even if it must not arrive twice."""
    assert classified(code=31, msg="Invalid timestamp").untouched
    assert not classified(code=10, msg="Service currently unavailable").untouched


def test_a_lost_session_asks_for_a_person() -> None:
    """No token of ours can be renewed by program."""
    assert (
        "a person must authorize the app again" in classified(code=27, sub_code="invalid-sessionkey").message
    )


def test_an_error_without_a_code_is_no_success() -> None:
    """An envelope that we cannot read is drift, never success."""
    for body in ({}, [], "x", {"msg": "?"}, {"code": None}, {"sub_code": True}):
        fault = DRIVER.classify(REQUEST, sd.Response({"error_response": body}))

        assert sd.Malformed is type(fault)


def test_trouble_on_the_way_is_transient() -> None:
    """A gateway's HTML page says nothing about the request."""
    html = sd.Response("<html>", status=502, readable=False)

    assert sd.Transient is type(DRIVER.classify(REQUEST, html))
    assert DRIVER.classify(REQUEST, sd.Response({"tmall_item_schema_add_response": {}})) is None
