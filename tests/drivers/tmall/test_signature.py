"""Signatures: every vector published for TOP, in all three methods.

The vector of the other Alibaba gateway (IOP, path-style names) is not here: this driver never speaks to it.
"""

from datetime import UTC, datetime

import pytest

import storesync.driver as sd
from storesync.drivers.tmall import DRIVER, Account
from storesync.drivers.tmall.signature import sign, signature

V1 = {
    "method": "taobao.item.seller.get",
    "app_key": "12345678",
    "session": "test",
    "timestamp": "2016-01-01 12:00:00",
    "format": "json",
    "v": "2.0",
    "fields": "num_iid,title,nick,price,num",
    "num_iid": "11223344",
}
COMMON = {
    "app_key": "20260001",
    "session": "6100example0session",
    "timestamp": "2026-07-01 09:30:00",
    "format": "json",
    "v": "2.0",
    "sign_method": "md5",
}


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("md5", "66987CB115214E59E6EC978214934FB8"),
        ("hmac", "D56D7858309C31B6251083A874D48273"),
        ("hmac-sha256", "04DB15AD0774D5CFCE2C837DE43E3FCEA9011ED74F3038FB6AB5F3C4CEA119E8"),
    ],
)
def test_the_documented_example_is_signed_as_published(method: str, expected: str) -> None:
    """V1 of the notes: the documentation's own example."""
    assert expected == signature({**V1, "sign_method": method}, "helloworld")


def test_json_parameters_are_signed_as_they_are() -> None:
    """V2: values are raw text, not encoded."""
    fields = {
        **COMMON,
        "method": "tmall.item.quantity.update",
        "item_id": "700000000001",
        "options": '{"type":1}',
        "sku_quantities": '[{"outer_id":"GW-SERUM-30-A","quantity":120}]',
    }

    assert "1C9B2F8A724935B97CFF2E1D36B019E2" == signature(fields, "topsecret0001")


def test_chinese_and_korean_values_are_signed_as_utf8() -> None:
    """V3: text outside of ASCII."""
    fields = {
        **COMMON,
        "method": "taobao.items.custom.get",
        "outer_id": "강원-세럼,江原精华-01",
        "fields": "num_iid,title,outer_id",
    }

    assert "ABE8E8EEB41FA13A398295FB397AA634" == signature(fields, "topsecret0001")


def test_empty_values_and_the_sign_itself_are_left_out() -> None:
    """A field without value counts as absent, and signing twice gives the same."""
    fields = {**V1, "sign_method": "md5"}

    assert signature(fields, "s") == signature({**fields, "empty": "", "sign": "X"}, "s")


def test_sign_adds_the_common_fields_in_chinese_time() -> None:
    """The whole V1 request, made from a request and an account."""
    account = Account(app_key="12345678", secret="helloworld", session="test", sign_method="md5")
    request = sd.request(
        "POST",
        "/router/rest",
        form={k: V1[k] for k in ("method", "fields", "num_iid")},
        effect=sd.Effect.READ,
    )

    signed = sign(request, account, datetime(2016, 1, 1, 4, 0, tzinfo=UTC))

    assert {**V1, "sign_method": "md5", "sign": "66987CB115214E59E6EC978214934FB8"} == dict(signed.form)


def test_a_file_is_not_signed() -> None:
    """Multipart: the same signature with another picture."""
    account = Account(app_key="1", secret="s", session="t")
    now = datetime(2026, 7, 1, tzinfo=UTC)
    one, other = (
        sd.request(
            "POST", "/router/rest", form={"method": "m"}, files={"img": sd.Media(sha * 64, "image/png", 1)}
        )
        for sha in "ab"
    )

    signed = sign(one, account, now)

    assert isinstance(signed.body, sd.PartsBody)
    assert sign(other, account, now).form == signed.form


def test_an_unknown_sign_method_is_refused() -> None:
    """A typo in the configuration is named at once."""
    with pytest.raises(ValueError, match="'sha1': use md5, hmac or hmac-sha256"):
        Account(app_key="1", secret="s", session="t", sign_method="sha1")  # type: ignore[arg-type]  # the typo


def test_the_token_cannot_be_renewed_and_says_when_it_ends() -> None:
    """Tmall's fixed-length tokens: no refresh part, but a date to warn before."""
    from attrs import fields

    assert DRIVER.refresh is None
    assert fields(Account).expires.metadata["expires"] is True
    assert fields(Account).app_key.metadata["app"] is True
