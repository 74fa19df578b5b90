"""All policies of one name, one after the other in time, refined for a channel, category, product or SKU."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from attrs import evolve, field, fields, frozen

from storesync.issues import Issue, Issues, Severity
from storesync.model import Product, frozen_map
from storesync.pricing.contradiction import stage_of
from storesync.pricing.policy import Policy

__all__ = ["PolicyBook", "Refinement", "Scope"]

_NESTED = ("tax", "guards", "rate")
_FIELDS = frozenset(part.name for part in fields(Policy) if part.init) - {"name", "currency", "home"}


@frozen(kw_only=True)
class Scope:
    """What a refinement is for; an empty part matches everything. A variant weighs most, a channel least."""

    channel: str = ""
    category: str = ""
    product: str = ""
    variant: str = ""

    def matches(self, channel: str, product: Product, sku: str) -> bool:
        """Whether this variant on this channel is meant."""
        return (
            self.channel in ("", channel)
            and self.category in ("", product.category)
            and self.product in ("", product.key)
            and self.variant in ("", sku)
        )

    @property
    def weight(self) -> int:
        """How specific it is: any product outweighs any category, whatever else is named."""
        parts = (self.channel, self.category, self.product, self.variant)
        return sum(1 << place for place, part in enumerate(parts) if part)

    @property
    def variants(self) -> str:
        """Which variants it is for, in words."""
        if self == Scope(variant=self.variant) and self.variant:
            return f"variant {self.variant}"
        return "every variant" if self == Scope() else f"every variant of {self}"

    def __str__(self) -> str:
        named = (("channel", self.channel), ("category", self.category), ("product", self.product))
        parts = [f"{name} {value}" for name, value in (*named, ("variant", self.variant)) if value]
        return ", ".join(parts) or "everything"


_EVERYTHING = Scope()
_ANY = Policy(name="any", currency="KRW")


@frozen(kw_only=True)
class Refinement:
    """Fields of a policy that differ within a scope; `tax`, `guards` and `rate` are merged key by key."""

    scope: Scope
    fields: Mapping[str, Any] = field(converter=frozen_map)
    at: str = ""

    def __attrs_post_init__(self) -> None:
        for key in self.fields:
            if key not in _FIELDS:
                raise ValueError(f"a refinement cannot change {key!r}: no such field of a policy")
        self.apply(_ANY)  # a value of the wrong kind is an exception here, not in the middle of pricing

    def apply(self, policy: Policy) -> Policy:
        """The policy with these fields replaced."""
        changes = dict(self.fields)
        for name in _NESTED:
            if name in changes:
                changes[name] = evolve(getattr(policy, name), **changes[name])
        return evolve(policy, **changes)

    def clashes(self, other: Refinement) -> tuple[str, ...]:
        """The fields that both set, to different values."""
        mine, theirs = dict(_flat(self.fields)), dict(_flat(other.fields))
        return tuple(sorted(key for key in mine.keys() & theirs.keys() if mine[key] != theirs[key]))


def _flat(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in fields.items():
        if key in _NESTED:
            yield from ((f"{key}.{inner}", part) for inner, part in value.items())
        else:
            yield key, value


def _open(policy: Policy, today: date) -> bool:
    return (policy.valid_from is None or policy.valid_from <= today) and (
        policy.valid_until is None or today <= policy.valid_until
    )


@frozen(kw_only=True)
class PolicyBook:
    """The policies of one name; at most one may be in force on a day, and a day without one is an issue."""

    name: str
    policies: tuple[Policy, ...] = field(converter=tuple[Policy, ...])
    refinements: tuple[Refinement, ...] = field(default=(), converter=tuple[Refinement, ...])
    at: str = ""
    _refined: dict[tuple[int, ...], tuple[Policy, ...]] = field(
        init=False, factory=dict, eq=False, repr=False, hash=False
    )

    def resolve(
        self, *, channel: str, product: Product, sku: str, today: date
    ) -> tuple[Policy | None, Issues]:
        """The policy in force for this variant, refinements applied; None and issues when there is none."""
        if not self.refinements:
            return self._in_force(self.policies, today, product, sku)
        matching = [
            (refinement.scope.weight, place)
            for place, refinement in enumerate(self.refinements)
            if refinement.scope.matches(channel, product, sku)
        ]
        matching.sort()
        clash = self._clash(matching, product, sku)
        if clash is not None:
            return None, Issues((clash,))
        chosen = tuple(place for _, place in matching)
        refined = self._refined.get(chosen)
        if refined is None:
            refined = self.policies
            for place in chosen:
                refined = tuple(self.refinements[place].apply(policy) for policy in refined)
            self._refined[chosen] = refined
        return self._in_force(refined, today, product, sku)

    def _clash(self, matching: list[tuple[int, int]], product: Product, sku: str) -> Issue | None:
        for (weight, place), (other_weight, other) in itertools.combinations(matching, 2):
            if weight != other_weight:
                continue
            one, two = self.refinements[place], self.refinements[other]
            keys = one.clashes(two)
            if keys:
                return self._issue(
                    "price.policy_overlap",
                    product,
                    sku,
                    f"two refinements for {one.scope} set {', '.join(keys)} differently",
                    f"keep one of the two refinements in {two.at or self.at or 'the configuration'}",
                )
        return None

    def _in_force(
        self, policies: tuple[Policy, ...], today: date, product: Product, sku: str
    ) -> tuple[Policy | None, Issues]:
        if len(policies) == 1 and policies[0].valid_from is None and policies[0].valid_until is None:
            return policies[0], Issues()
        found = [policy for policy in policies if _open(policy, today)]
        if len(found) == 1:
            return found[0], Issues()
        if found:
            spans = " and ".join(_span(policy) for policy in found)
            issue = self._issue(
                "price.policy_overlap",
                product,
                sku,
                f"{len(found)} periods are in force on {today}: {spans}",
                f"let one period end the day before the next begins, in {self.at or 'the configuration'}",
            )
            return None, Issues((issue,))
        return None, Issues((self._closed(policies, today, product, sku),))

    def _closed(self, policies: tuple[Policy, ...], today: date, product: Product, sku: str) -> Issue:
        if not policies:
            return self._issue("price.policy_gap", product, sku, "the policy is empty", "write its keys")
        ended = [policy for policy in policies if policy.valid_until and policy.valid_until < today]
        coming = [policy for policy in policies if policy.valid_from and policy.valid_from > today]
        if ended and not coming:
            last = max(ended, key=lambda policy: policy.valid_until or today)
            return self._issue(
                "price.policy_expired",
                product,
                sku,
                f"valid_until: the policy ended on {last.valid_until}, today is {today}",
                f"check its figures, then change {last.line('valid_until', last.valid_until or today)}",
            )
        if coming and not ended:
            first = min(coming, key=lambda policy: policy.valid_from or today)
            return self._issue(
                "price.policy_gap",
                product,
                sku,
                f"valid_from: the policy begins on {first.valid_from}, today is {today}",
                f"change {first.line('valid_from', first.valid_from or today)}",
            )
        spans = ", ".join(_span(policy) for policy in policies)
        return self._issue(
            "price.policy_gap",
            product,
            sku,
            f"no period is in force on {today}: {spans}",
            f"close the gap in {self.at or 'the configuration'}",
        )

    def _issue(self, code: str, product: Product, sku: str, message: str, hint: str) -> Issue:
        return Issue(
            code,
            f"{product.key}/variants/{sku}/price",
            f"policy {self.name!r}, stage 'policy', variant {sku}: {message}",
            hint=hint,
            at=self.at,
        )

    def findings(self) -> Issues:
        """What is wrong with the book itself, whatever the product: overlaps, gaps, contradictions."""
        found: list[Issue] = []
        for policy in self.policies:
            found += [
                self._finding(
                    problem.code,
                    problem.field,
                    problem.message,
                    problem.hint,
                    at=policy.places.get(problem.field) or policy.at,
                )
                for problem in policy.problems
            ]
        found += self._refined_problems()
        found += [
            self._finding(
                "price.policy_value",
                "refine",
                "quiet is refined, but a rate holds for a whole channel",
                "write quiet beside currency, or refine it for a channel alone",
                at=refinement.at,
                scope=refinement.scope,
            )
            for refinement in self.refinements
            if "quiet" in refinement.fields and refinement.scope != Scope(channel=refinement.scope.channel)
        ]
        found += [
            self._finding(
                "price.policy_overlap",
                "refine",
                f"two refinements set {', '.join(keys)} differently",
                f"keep one of the two refinements in {two.at or self.at or 'the configuration'}",
                at=two.at,
                scope=one.scope,
                stage=stage_of(keys[0]),
            )
            for one, two in itertools.combinations(self.refinements, 2)
            if one.scope == two.scope and (keys := one.clashes(two))
        ]
        ordered = sorted(self.policies, key=lambda policy: policy.valid_from or date.min)
        for one, two in itertools.pairwise(ordered):
            if one.valid_until is None or two.valid_from is None or one.valid_until >= two.valid_from:
                code, text = "price.policy_overlap", "overlap"
            elif one.valid_until + timedelta(days=1) < two.valid_from:
                code, text = "price.policy_gap", "leave a gap"
            else:
                continue
            found.append(
                self._finding(
                    code,
                    "periods",
                    f"the periods {_span(one)} and {_span(two)} {text}",
                    "let each period begin the day after the one before it ended",
                )
            )
        return Issues(tuple(found))

    def _refined_problems(self) -> Iterator[Issue]:
        """What contradicts itself in a policy with one of its refinements alone; another one may mend it."""
        for refinement, policy in itertools.product(self.refinements, self.policies):
            known = {(problem.field, problem.message) for problem in policy.problems}
            for problem in refinement.apply(policy).problems:
                if (problem.field, problem.message) in known:
                    continue
                yield self._finding(
                    problem.code,
                    "refine",
                    problem.message,
                    f"{problem.hint}; these prices are held unless another refinement mends it",
                    at=refinement.at,
                    scope=refinement.scope,
                    stage=problem.stage,
                    severity=Severity.WARNING,
                )

    def _finding(
        self,
        code: str,
        key: str,
        message: str,
        hint: str,
        *,
        at: str = "",
        scope: Scope = _EVERYTHING,
        stage: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Issue:
        """A finding about the book itself; it names policy, stage and the variants that it is about."""
        return Issue(
            code,
            f"prices/{self.name}/{key.replace('.', '/')}",
            f"policy {self.name!r}, stage {stage or stage_of(key)!r}, {scope.variants}: {message}",
            severity,
            hint,
            at or self.at,
        )


def _span(policy: Policy) -> str:
    return f"{policy.valid_from or 'the beginning'} to {policy.valid_until or 'no end'}"
