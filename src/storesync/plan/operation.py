"""One change to one listing: what kind it is, what it changes, and in which order kinds go."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from attrs import field, frozen

from storesync.issues import counted
from storesync.model import digest

__all__ = ["ORDER", "SIGN", "Detail", "Kind", "Operation", "count_words"]


class Kind(Enum):
    """What an operation does, in the order in which kinds are shown."""

    UPLOAD = "upload"
    CREATE = "create"
    UPDATE = "update"
    PRICES = "prices"
    STOCK = "stock"
    SHOW = "show"
    HIDE = "hide"
    END = "end"


# What stops selling goes first, then stock, then price, then content: a late text costs less than an oversold jar.
ORDER: Final[Mapping[Kind, int]] = {
    Kind.HIDE: 0,
    Kind.END: 0,
    Kind.STOCK: 1,
    Kind.PRICES: 2,
    Kind.UPLOAD: 3,
    Kind.UPDATE: 4,
    Kind.CREATE: 5,
    Kind.SHOW: 6,
}

SIGN: Final[Mapping[Kind, str]] = {
    Kind.UPLOAD: "↑",
    Kind.CREATE: "+",
    Kind.UPDATE: "~",
    Kind.PRICES: "~",
    Kind.STOCK: "~",
    Kind.SHOW: "+",
    Kind.HIDE: "-",
    Kind.END: "x",
}


@frozen
class Detail:
    """One thing that an operation changes, as a person reads it; empty `before` is new, empty `after` is gone."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"{self.what}: {self.after}"
        return f"{self.what}: {self.before} → {self.after or 'gone'}"


@frozen(kw_only=True)
class Operation:
    """One change to one listing, with its cause.

    `want` and `have` are the digests of what it leads to and comes from, `offers` that of the prices and the stock
    that go out with it: when what would be sent is another thing by then, the operation is stale. For an upload
    `key` is the first listing that needs the file and `media` is `sha256:role`. It goes out when all operations of the
    kinds `after` on its listing went well.
    """

    kind: Kind
    key: str
    title: str = ""
    skus: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    causes: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    details: tuple[Detail, ...] = field(default=(), converter=tuple[Detail, ...])
    want: str = ""
    have: str = ""
    media: str = ""
    offers: str = ""
    after: tuple[Kind, ...] = field(default=(), converter=tuple[Kind, ...])

    @property
    def id(self) -> str:
        """The same operation has the same id in every plan."""
        return digest(
            [self.kind.value, self.key, list(self.skus), self.want, self.have, self.media, self.offers]
        )[:12]


_COUNTED: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.CREATE: ("to create", "to create"),
    Kind.UPDATE: ("to update", "to update"),
    Kind.PRICES: ("price change", "price changes"),
    Kind.STOCK: ("stock change", "stock changes"),
    Kind.SHOW: ("to show again", "to show again"),
    Kind.HIDE: ("to hide", "to hide"),
    Kind.END: ("to end", "to end"),
    Kind.UPLOAD: ("picture to send", "pictures to send"),
}


def count_words(counts: Mapping[str, int]) -> list[str]:
    """Counts by kind as people say them, listings first: 2 to create, 1 price change, 6 pictures to send."""
    return [counted(counts[kind.value], *words) for kind, words in _COUNTED.items() if counts.get(kind.value)]
