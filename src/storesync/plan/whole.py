"""Everything that one channel needs: printable, storable, refused when it was changed by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, field, frozen

from storesync.errors import PlanError
from storesync.issues import Issue, counted
from storesync.model import digest, frozen_map
from storesync.plan.guard import Guard
from storesync.plan.held import Held
from storesync.plan.operation import SIGN, Kind, Operation, count_words
from storesync.plan.rows import held_from, held_row, issue_from, issue_row, operation_from, operation_row

__all__ = ["Plan", "refuse_no_plan"]

_VERSION = 6


def refuse_no_plan(given: object) -> None:
    """PlanError for what is no plan, such as the name of a plan file."""
    if not isinstance(given, Plan):
        raise PlanError(
            f"apply takes a Plan, and {given!r} is of type {type(given).__name__}; a file that `storesync plan -o` "
            'wrote is carried out by `storesync apply FILE`, and in Python each row of its "plans" is one '
            "storesync.Plan.from_json(row)"
        )


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
                f"  {SIGN[operation.kind]} {operation.kind.value:<7}{operation.key}  {operation.title}{cause}"
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
            "operations": [operation_row(operation) for operation in self.operations],
            "held": [held_row(held) for held in self.held],
            "not_offered": [held_row(held) for held in self.not_offered],
            "warnings": [issue_row(issue) for issue in self.warnings],
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
                operations=tuple(operation_from(row) for row in data["operations"]),
                held=tuple(held_from(row) for row in data["held"]),
                not_offered=tuple(held_from(row) for row in data["not_offered"]),
                warnings=tuple(issue_from(row) for row in data["warnings"]),
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
