"""What would change on one channel: ordered, storable, reviewable, refused when stale or unsafe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from attrs import evolve, field, frozen

from storesync.errors import PlanError
from storesync.issues import Issue, Severity, counted, nearest
from storesync.model import digest, frozen_map

__all__ = [
    "GUARDS",
    "ORDER",
    "Detail",
    "Guard",
    "GuardLimits",
    "Held",
    "Kind",
    "Operation",
    "Plan",
    "count_words",
    "refuse_no_plan",
    "refuse_unknown_guards",
]


_NAMED = 3  # SKUs of one listing whose live price is told


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


GUARDS: Final = (
    "account",
    "end",
    "empty source",
    "first contact",
    "hidden",
    "mass change",
    "price range",
    "price swing",
    "sold out",
    "stock jump",
    "touched",
    "vanished",
    "zero price",
)
"""All guards; those of account, end and first contact stand in a plan only when they have something to say."""


def refuse_unknown_guards(names: Iterable[str]) -> None:
    """PlanError for the first name that no guard has."""
    for name in names:
        if name not in GUARDS:
            raise PlanError(f"there is no guard {name!r} to give a reason for; {nearest(name, GUARDS)}")


def refuse_no_plan(given: object) -> None:
    """PlanError for what is no plan, such as the name of a plan file."""
    if not isinstance(given, Plan):
        raise PlanError(
            f"apply takes a Plan, and {given!r} is of type {type(given).__name__}; a file that `storesync plan -o` "
            'wrote is carried out by `storesync apply FILE`, and in Python each row of its "plans" is one '
            "storesync.Plan.from_json(row)"
        )


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
    `key` is the first listing that needs the file and `media` is `sha256:role`.
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

    @property
    def id(self) -> str:
        """The same operation has the same id in every plan."""
        return digest(
            [self.kind.value, self.key, list(self.skus), self.want, self.have, self.media, self.offers]
        )[:12]


@frozen(kw_only=True)
class Held:
    """A listing that is offered on this channel but held back, or not offered at all, and why.

    With `stays`, the last prices by SKU, only these prices are held: `goes` says what of the listing goes out, `waits`
    what would put it, or a SKU that is sold out, back on sale at such a price.
    """

    key: str
    title: str
    reason: str
    issues: tuple[Issue, ...] = field(default=(), converter=tuple[Issue, ...])
    stays: Mapping[str, str] = field(factory=dict, converter=frozen_map)
    goes: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    waits: tuple[str, ...] = field(default=(), converter=tuple[str, ...])

    def words(self, told: Callable[[str], str] = str) -> str:
        """What stays and what goes out: `live price 239.00 CNY stays; stock 240 → 0 goes out`; empty when all is held.

        `told` writes a price for people.
        """
        if not self.stays:
            return ""
        some = [(sku, told(price)) for sku, price in self.stays.items()]
        if len({price for _, price in some}) == 1:
            said = f"live price {some[0][1]} stays"
        else:
            more = f" and {len(some) - _NAMED} more" if len(some) > _NAMED else ""
            said = f"live prices stay ({', '.join(' '.join(one) for one in some[:_NAMED])}{more})"
        rest = (
            *(f"{what} goes out" for what in self.goes),
            *(f"{what} waits for a price" for what in self.waits),
        )
        return "; ".join((said, *rest))

    def __str__(self) -> str:
        if not self.stays:
            return f"held   {self.key}  {self.title}: {self.reason}"
        return f"price held  {self.key}  {self.title}: {self.words()}: {self.reason}"


@frozen(kw_only=True)
class Guard:
    """A limit, what was measured against it, and whether it tripped; one that cannot be measured trips."""

    name: str
    limit: str
    measured: str
    tripped: bool
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.measured} (limit {self.limit})"


@frozen(kw_only=True)
class GuardLimits:
    """How much one run may change before a person must say why; shares are of the listings now live.

    `floor` listings may always change, so that small shops are not stopped by one product. `stock_jump` is how
    many times the stock of one SKU may grow, and how many times the largest stock of the shop a new one may have;
    where no stock is known yet, `stock_new` pieces. `price_range` is how many times a new listing may cost more, or
    less, than everything now live. `sold_out` is the share of the SKUs on stock that may run out at once, `mass_change`
    the share of the live prices that may move by more than `mass_move`. A price that lies `outlier` times above or
    below the median of its category is held.
    """

    hidden: Decimal = Decimal("0.2")
    touched: Decimal = Decimal("0.5")
    sold_out: Decimal = Decimal("0.5")
    price_swing: Decimal = Decimal("0.3")
    price_range: Decimal = Decimal(20)
    stock_jump: Decimal = Decimal(20)
    stock_new: int = 100_000
    mass_change: Decimal = Decimal("0.3")
    mass_move: Decimal = Decimal("0.05")
    outlier: Decimal = Decimal(10)
    floor: int = 3


@frozen(kw_only=True)
class Plan:
    """Everything that one channel needs to show what is wanted, as of one state revision.

    `fingerprint` names the plan's own content; `revision` is the state's. Apply refuses a plan whose revision
    is not the state's any more, and one whose prices ended: `good_until` is the last day, as ISO text, on which all
    of them hold, and `until` says what ends then; empty for a plan without prices, or with prices that nothing ends.
    `basis` names what the prices came from (policies, rates, whether these were pinned): another one is stale, too.
    """

    channel: str
    revision: int
    made_at: str
    operations: tuple[Operation, ...] = field(default=(), converter=tuple[Operation, ...])
    held: tuple[Held, ...] = field(default=(), converter=tuple[Held, ...])
    not_offered: tuple[Held, ...] = field(default=(), converter=tuple[Held, ...])
    warnings: tuple[Issue, ...] = field(default=(), converter=tuple[Issue, ...])
    guards: tuple[Guard, ...] = field(default=(), converter=tuple[Guard, ...])
    products: int = 0
    unchanged: int = 0
    waiting: int = 0
    snapshot: str = ""
    good_until: str = ""
    until: str = ""
    basis: Mapping[str, str] = field(factory=dict, converter=frozen_map)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    def __len__(self) -> int:
        return len(self.operations)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many operations of each kind, kinds without any left out."""
        found = Counter(operation.kind for operation in self.operations)
        return {kind.value: found[kind] for kind in Kind if found[kind]}

    @property
    def tripped(self) -> tuple[Guard, ...]:
        """The guards that forbid applying without a reason."""
        return tuple(guard for guard in self.guards if guard.tripped)

    @property
    def fingerprint(self) -> str:
        """Names everything that this plan would do and says, guards included, on this revision."""
        said = {name: value for name, value in self._document().items() if name != "made_at"}
        return digest(said)[:16]

    def only(self, keys: Iterable[str]) -> Plan:
        """The part of the plan that is about these listings; what another listing's file needs stays with it."""
        wanted = set(keys)
        return evolve(self, operations=tuple(op for op in self.operations if op.key in wanted))

    def __str__(self) -> str:
        lines = [f"{self.channel}: {counted(self.products, 'product')}, {counted(len(self), 'operation')}"]
        if self.counts:
            lines[0] += f" ({', '.join(count_words(self.counts))})"
        for operation in self.operations:
            if operation.kind is Kind.UPLOAD:
                continue
            cause = f"  [{', '.join(operation.causes)}]" if operation.causes else ""
            lines.append(
                f"  {_SIGN[operation.kind]} {operation.kind.value:<7}{operation.key}  {operation.title}{cause}"
            )
            lines.extend(f"      {detail}" for detail in operation.details)
        uploads = self.counts.get("upload", 0)
        if uploads:
            lines.append(f"  ↑ upload {counted(uploads, 'picture')}")
        lines.extend(f"  ! {held}" for held in self.held)
        lines.extend(f"  · not offered  {held.key}: {held.reason}" for held in self.not_offered)
        lines.extend(f"  ! {issue.severity.value}  {issue}" for issue in dict.fromkeys(self.warnings))
        lines.extend(f"  ! guard  {guard}  {guard.hint}" for guard in self.tripped)
        if self.good_until:
            lines.append(f"  these prices may be sent until {self.good_until}: {self.until}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """The plan as JSON, with counts and fingerprint for people and programs to check."""
        return {**self._document(), "fingerprint": self.fingerprint}

    def _document(self) -> dict[str, Any]:
        return {
            "version": _VERSION,
            "channel": self.channel,
            "revision": self.revision,
            "made_at": self.made_at,
            "products": self.products,
            "unchanged": self.unchanged,
            "waiting": self.waiting,
            "snapshot": self.snapshot,
            "good_until": self.good_until,
            "until": self.until,
            "basis": dict(self.basis),
            "counts": dict(self.counts),
            "operations": [_operation_json(operation) for operation in self.operations],
            "held": [_held_json(held) for held in self.held],
            "not_offered": [_held_json(held) for held in self.not_offered],
            "warnings": [_issue_json(issue) for issue in self.warnings],
            "guards": [
                {
                    "name": guard.name,
                    "limit": guard.limit,
                    "measured": guard.measured,
                    "tripped": guard.tripped,
                    "hint": guard.hint,
                }
                for guard in self.guards
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """The plan that `as_json` wrote; PlanError when it was changed by hand or is of another version."""
        if not isinstance(data, Mapping) or data.get("version") != _VERSION:
            raise PlanError(f"this is no plan of version {_VERSION}: plan again with this storesync")
        try:
            plan = cls(
                channel=data["channel"],
                revision=data["revision"],
                made_at=data["made_at"],
                operations=tuple(_operation(row) for row in data["operations"]),
                held=tuple(_held(row) for row in data["held"]),
                not_offered=tuple(_held(row) for row in data["not_offered"]),
                warnings=tuple(_issue(row) for row in data["warnings"]),
                guards=tuple(Guard(**row) for row in data["guards"]),
                products=data["products"],
                unchanged=data["unchanged"],
                waiting=data["waiting"],
                snapshot=data["snapshot"],
                good_until=data["good_until"],
                until=data["until"],
                basis=data["basis"],
            )
            unchanged = plan.fingerprint == data["fingerprint"]  # inside: a damaged value may show only now
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise PlanError(f"the plan file is damaged ({error!r}): plan again") from None
        if not unchanged:
            raise PlanError(
                "the plan file was changed after it was made (its fingerprint differs): plan again"
            )
        return plan


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


_VERSION = 5
_SIGN: Final[Mapping[Kind, str]] = {
    Kind.UPLOAD: "↑",
    Kind.CREATE: "+",
    Kind.UPDATE: "~",
    Kind.PRICES: "~",
    Kind.STOCK: "~",
    Kind.SHOW: "+",
    Kind.HIDE: "-",
    Kind.END: "x",
}


def _issue_json(issue: Issue) -> dict[str, str]:
    return {
        "code": issue.code,
        "path": issue.path,
        "message": issue.message,
        "severity": issue.severity.value,
        "hint": issue.hint,
        "at": issue.at,
    }


def _issue(row: Mapping[str, str]) -> Issue:
    return Issue(
        code=row["code"],
        path=row["path"],
        message=row["message"],
        severity=Severity(row["severity"]),
        hint=row["hint"],
        at=row["at"],
    )


def _held_json(held: Held) -> dict[str, Any]:
    return {
        "key": held.key,
        "title": held.title,
        "reason": held.reason,
        "issues": [_issue_json(issue) for issue in held.issues],
        "stays": dict(held.stays),
        "goes": list(held.goes),
        "waits": list(held.waits),
    }


def _held(row: Mapping[str, Any]) -> Held:
    return Held(
        key=row["key"],
        title=row["title"],
        reason=row["reason"],
        issues=tuple(_issue(r) for r in row["issues"]),
        stays=row["stays"],
        goes=tuple(row["goes"]),
        waits=tuple(row["waits"]),
    )


def _operation_json(operation: Operation) -> dict[str, Any]:
    return {
        "id": operation.id,
        "kind": operation.kind.value,
        "key": operation.key,
        "title": operation.title,
        "skus": list(operation.skus),
        "causes": list(operation.causes),
        "details": [[detail.what, detail.before, detail.after] for detail in operation.details],
        "want": operation.want,
        "have": operation.have,
        "media": operation.media,
        "offers": operation.offers,
    }


def _operation(row: Mapping[str, Any]) -> Operation:
    return Operation(
        kind=Kind(row["kind"]),
        key=row["key"],
        title=row["title"],
        skus=tuple(row["skus"]),
        causes=tuple(row["causes"]),
        details=tuple(Detail(*detail) for detail in row["details"]),
        want=row["want"],
        have=row["have"],
        media=row["media"],
        offers=row["offers"],
    )
