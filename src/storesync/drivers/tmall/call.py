"""One call of the TOP gateway, and the shapes its answers come in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from attrs import field, frozen

import storesync.driver as sd

__all__ = ["Account", "Shop", "call", "clean", "envelope", "yuan"]

PATH: Final = "/router/rest"
CURRENCY: Final = "CNY"

# What XML 1.0 cannot carry, and lone surrogates, which UTF-8 cannot.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@frozen(kw_only=True)
class Account:
    """One shop's authorization for one app.

    `session` is the access token; a merchant's own app gets one of fixed length that only a person can renew
    [S], hence `expires`: the earliest end among the security levels r1, r2, w1, w2 in use.
    """

    app_key: str = field(metadata=sd.APP)
    secret: str = field(repr=False)
    session: str = field(repr=False)
    expires: datetime | None = field(default=None, metadata=sd.EXPIRES)
    sign_method: Literal["md5", "hmac", "hmac-sha256"] = field(default="hmac-sha256")

    @sign_method.validator
    def _known(self, _: object, value: str) -> None:
        if value not in ("md5", "hmac", "hmac-sha256"):
            raise ValueError(f"sign_method {value!r}: use md5, hmac or hmac-sha256")


@frozen(kw_only=True)
class Shop(sd.Shop):
    """A Tmall shop. `picture_category` is the folder of the picture space for uploads (0: the default).

    `seller` is the seller's number, found: a session is opaque, and this tells whose it is.
    """

    picture_category: str = "0"
    seller: str = field(default="", metadata={**sd.FOUND, **sd.NAMES})


def call(
    method: str,
    fields: Mapping[str, str] | None = None,
    /,
    *,
    effect: sd.Effect = sd.Effect.READ,
    image: sd.Media | None = None,
    **more: str,
) -> sd.Request:
    """A POST to the gateway's one route; a file makes it multipart."""
    return sd.request(
        "POST",
        PATH,
        form={"method": method, **(fields or {}), **more},
        files=None if image is None else {"img": image},
        effect=effect,
    )


def envelope(method: str, path: str) -> str:
    """Where `path` stands in the answer to `method`: no leading `taobao.`, dots as underscores [S]."""
    return f"{method.removeprefix('taobao.').replace('.', '_')}_response.{path}"


def yuan(offer: sd.Offer) -> str:
    """The sale price as TOP writes money: yuan with two decimals; Rejected when it is no such amount."""
    try:
        sale = offer.price.sale
        if sale.currency != CURRENCY:
            raise ValueError(f"{sale} is not in {CURRENCY}")
        return f"{sale.quantize(2).amount:f}"
    except (ValueError, ArithmeticError) as error:
        raise sd.Rejected(
            "price",
            str(error),
            issues=[sd.Issue("price.unusable", f"variants/{offer.sku}/price", str(error))],
        ) from None


def clean(text: str) -> str:
    """The text without characters that an XML document cannot carry."""
    return _ILLEGAL.sub("", text)
