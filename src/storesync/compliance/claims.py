"""check: what a market's rules say of one product's texts, class, ingredients and label, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from attrs import field, frozen

from storesync.compliance.evidence import EVIDENCE, Evidence, Waiver, held
from storesync.compliance.pack import Pack
from storesync.compliance.scanner import Hit
from storesync.issues import Issue, Issues, Severity
from storesync.model import frozen_map

__all__ = ["Claimed", "Compliance", "check_claims"]

_ORDER = ("block", "registration", "evidence", "warn")
_EVIDENCE_OF = {"registration": "registration", "evidence": "efficacy"}


@frozen
class Claimed:
    """One text that a buyer will read: its path, its language, what it is (`title`), what it says, and its source."""

    path: str
    locale: str
    field: str
    text: str
    at: str = ""


@frozen(kw_only=True)
class Compliance:
    """What the check of a channel depends on besides the product: rules, evidence, waivers, inventories.

    `packs` are by market; `holding` are the severities that hold a listing back without evidence (add `warn`
    to be strict). `inventory` is by market the ingredients that it knows, by every name, each with its INCI one; a market
    without an entry has none. `table` is what ways out call the table of evidence.
    """

    packs: Mapping[str, Pack] = field(converter=frozen_map)
    evidence: tuple[Evidence, ...] = field(default=(), converter=tuple[Evidence, ...])
    waivers: tuple[Waiver, ...] = field(default=(), converter=tuple[Waiver, ...])
    holding: frozenset[str] = frozenset({"block", "registration", "evidence"})
    inventory: Mapping[str, Mapping[str, str]] = field(factory=dict, converter=frozen_map)
    table: str = "the table that [compliance] evidence names"

    def evidence_of(
        self, product: str, market: str, kind: str, today: date, *names: str
    ) -> tuple[Evidence | None, Evidence | None]:
        """The evidence that counts, and one that would if it had not expired."""
        return held(self.evidence, product, market, kind, today, *names)


def check_claims(
    texts: Iterable[Claimed],
    *,
    compliance: Compliance,
    market: str,
    product: str,
    kind: str = "",
    today: date,
) -> Issues:
    """Every wording that the market's pack speaks of and that neither evidence nor waiver covers.

    Codes: claim.block, claim.registration, claim.evidence, claim.warn; claim.waived for
    what a person let pass. `kind` is `cosmetic` or `food`. A wording inside a longer one that
    weighs as much is told once.
    """
    pack = compliance.packs.get(market)
    if pack is None:
        return Issues(
            (
                Issue(
                    "claim.no_pack",
                    "texts",
                    f"no compliance pack speaks of market {market}",
                    hint="install one, name a file of terms, or leave compliance out for this channel",
                ),
            )
        )
    found: list[Issue] = []
    told: set[tuple[str, str, str]] = set()
    for text in texts:
        hits = pack.scanner(text.locale).scan(text.text, field=text.field, kind=kind)
        for hit in _outer(hits):
            # A description repeats the short description: one wording is one finding per language and field.
            same = (text.path, hit.term.id, hit.excerpt)
            if same not in told:
                told.add(same)
                found += _issues(text, hit, pack, compliance, product, today)
    return Issues(tuple(found))


def _outer(hits: tuple[Hit, ...]) -> Iterator[Hit]:
    open_hits = [hit for hit in hits if not hit.waived]
    for hit in open_hits:
        weight = _ORDER.index(hit.term.severity)
        if not any(
            other is not hit
            and other.offset <= hit.offset
            and hit.end <= other.end
            and (len(other.excerpt) > len(hit.excerpt) or other.term.id < hit.term.id)
            and _ORDER.index(other.term.severity) <= weight
            for other in open_hits
        ):
            yield hit


def _issues(
    text: Claimed, hit: Hit, pack: Pack, compliance: Compliance, product: str, today: date
) -> Iterator[Issue]:
    term = hit.term
    rules = "; ".join(pack.named(source) for source in term.sources) or "no source"
    path = f"{text.path}/{hit.offset}"
    late_waiver = ""
    for waiver in compliance.waivers:
        if waiver.lets(product, pack.market, term.id, text.text, hit.offset, hit.end):
            if waiver.counts(today):
                yield Issue(
                    "claim.waived",
                    path,
                    f"{hit.excerpt!r} is let pass until {waiver.expires_on} by {waiver.approved_by}: "
                    f"{waiver.reason} ({waiver.evidence})",
                    Severity.NOTE,
                    at=text.at,
                )
                return
            late_waiver = f"; the waiver of {waiver.approved_by} ended on {waiver.expires_on}"
    late = ""
    kind = _EVIDENCE_OF.get(term.severity)
    if kind is not None:
        good, expired = compliance.evidence_of(
            product, pack.market, kind, today, term.id, term.term, hit.excerpt, term.category
        )
        if good is not None:
            return
        late = f"; {expired.reference} ended on {expired.expires_on}" if expired else ""
        late_waiver += late
    severity = Severity.ERROR if term.severity in compliance.holding else Severity.WARNING
    yield Issue(
        f"claim.{term.severity}",
        path,
        f"{hit.excerpt!r} at {hit.offset} of the {text.locale} {text.field} is {term.category or 'a claim'} "
        f"({term.id}: {rules}){late_waiver}",
        severity,
        _way_out(hit, kind, product, pack.market, compliance.table),
        text.at,
    )


def _way_out(hit: Hit, kind: str | None, product: str, market: str, table: str) -> str:
    """What to do; the advice of a list of terms stands in the list's own language."""
    way = "write it otherwise"
    if kind is not None:
        way += f", or add {product},{market},{kind},<number> ({EVIDENCE[kind]}) to {table}"
    return f"{way}; the list of terms says: {hit.term.suggestion}" if hit.term.suggestion else way
