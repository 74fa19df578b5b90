"""What a merchant can show: registrations, filings, studies, and waivers that somebody signed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from attrs import field, frozen

from storesync.compliance.fold import fold
from storesync.compliance.termfile import read_rows
from storesync.issues import Issue, Severity

__all__ = ["EVIDENCE", "Evidence", "Waiver", "read_evidence", "read_waivers"]

EVIDENCE: Mapping[str, str] = {
    "registration": "registration of a special product",
    "filing": "filing of an ordinary cosmetic",
    "notification": "notification of a cosmetic",
    "producer": "registration of the overseas food producer (GACC)",
    "approval": "approval of a restricted food",
    "efficacy": "evidence of what a text claims",
    "inventory": "proof that an ingredient is in the market's inventory",
    "label": "the market's own label",
}
"""Kinds of evidence, and what each shows."""

# What people write where they have no number, the words of our own ways out among them: cells that say nothing else,
# and words that say it wherever they stand, also beside a day or a receipt. A refusal has a number, and shows nothing.
_NO_NUMBER = re.compile(r"[\W_]*|<.*>|x+|n\W?a\W?|no|nil|null|later|soon|example|test|무|无|無|không|có")
_NOT_YET = re.compile(
    r"(?<![a-z])(?:reject(?:ed|ion)|refus(?:ed|al)|den(?:ied|ial)|declined|withdrawn|revoked|cancell?ed|expired|suspended"
    r"|invalid|void(?:ed)?|failed|returned|not (?:granted|approved|valid|registered|filed))(?![a-z])"
    r"|반려|거절|거부|취소|만료|철회|불허|불가|부결|탈락|말소|실효|驳回|退回|拒绝|不予|不通过|撤[销回]|注销|吊销|过期|失效|作废|无效|终止"
    r"|từ chối|bị trả|hết hạn|hết hiệu lực|thu hồi|hủy|không (?:được|cấp|duyệt|đạt)"
    r"|(?<![a-z])(?:none|not yet|no number|not (?:available|issued|applied)|yet|tb[acd]|todo|to be|pending|unknown"
    r"|applied|applying|in (?:progress|process)|awaiting|waiting|soon|coming|expected|missing|will be)(?![a-z])"
    r"|신청|접수|없음|없다|미정|미등록|미발급|미신청|미취득|미확인|미완|미제출|해당\s?없|예정|추후|아직|보류"
    r"|(?:준비|진행|심사|검토|발급|확인|등록|대기|취득|처리|제출)\s?(?:중|전|대기|필요|요망|안\s?[됨함])"
    r"|暂[无未缺]|没有|尚[未无]|即将|预计|稍后|未(?:办|取得|下发|备案|注册|完成|确认|申请|获|定|有|批|提供)"
    r"|受理|申请|待(?:定|补|办|确认|下发|审|批|提供|更新|查)|(?:办理|审核|审批|备案|注册|进行|处理|准备|受理|补办)中"
    r"|không có|chưa|đã nộp|đang|chờ|sắp|dự kiến|đợi"
)
# When something was or will be, which is not what it is: 2025, 2025년, 2026-10-01.
_WHEN = re.compile(
    r"(?:năm )?(?:19|20)\d\d\s?(?:년도?|年度?|년 중)?"
    r"|(?:ngày )?(?:(?:19|20)\d\d(?P<by>[-./]) ?\d\d?(?P=by) ?\d\d?|\d\d?(?P<of>[-./]) ?\d\d?(?P=of) ?(?:19|20)\d\d)\.?"
    r"|(?:19|20)\d\d\s?[년年]\s?\d\d?\s?[월月](?:\s?\d\d?\s?[일日号])?|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])"
)
_DIGITS = 4
_SIGNS = 4
_NUMBERED = frozenset({"registration", "filing", "notification", "producer", "approval"})
"""Kinds whose reference is a number that an authority gave: each has more digits than four, with letters around."""


@frozen(kw_only=True)
class Evidence:
    """A document or number that a merchant holds for a product on a market.

    `covers` names what it shows (wordings, term ids, ingredients); empty covers all of its kind. It counts up
    to and with `expires_on`; None never ends.
    """

    product: str
    market: str
    kind: str
    reference: str
    covers: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    expires_on: date | None = None
    at: str = field(default="", eq=False)

    def counts(self, today: date) -> bool:
        """Whether it is still good."""
        return self.expires_on is None or today <= self.expires_on

    def shows(self, *names: str) -> bool:
        """Whether it covers something known by one of these names."""
        return not self.covers or bool(
            {fold(one).text for one in self.covers} & {fold(name).text for name in names}
        )


@frozen(kw_only=True)
class Waiver:
    """A wording that a person lets pass, with reason, evidence, name and end. `product` `*` is any.

    `term` is a term id, or a phrase in which the wording is harmless. Nobody waives for ever.
    """

    product: str
    market: str
    term: str
    reason: str
    evidence: str
    approved_by: str
    expires_on: date
    at: str = field(default="", eq=False)

    def counts(self, today: date) -> bool:
        """Whether it is still good."""
        return today <= self.expires_on

    def lets(self, product: str, market: str, term: str, text: str, offset: int, end: int) -> bool:
        """Whether it speaks of this term, found from `offset` to `end` of `text`, of this product there."""
        if self.product not in ("*", product) or self.market != market:
            return False
        if self.term == term:
            return True
        place = text.find(self.term, max(0, end - len(self.term)), offset + len(self.term))
        return 0 <= place <= offset and end <= place + len(self.term)


def _nothing(column: str, cell: str, kind: str) -> bool:
    """Whether a cell names nothing that anybody could show, or no number where an authority gives one."""
    said = fold(cell).text.strip()
    if any(one.fullmatch(said) is not None for one in (_NO_NUMBER, _NOT_YET, _WHEN)):
        return True
    if column == "reason":
        return False
    few = sum(map(str.isalnum, said)) < _SIGNS
    short = few or not any(map(str.isdigit, said)) if kind in _NUMBERED else few and said.isdigit()
    return short or _NOT_YET.search(said) is not None


def _says_nothing(row: Mapping[str, str], columns: Iterable[str], place: str, code: str) -> Issue | None:
    """A finding about the first of these cells that stands for a number and is none."""
    for column in columns:
        if _nothing(column, row[column], row.get("kind", "")):
            message = f"{column} {row[column]!r} names nothing that anybody could show"
            return Issue(
                code,
                row["product"],
                message,
                hint="write it once it is there; until then leave the row out",
                at=place,
            )
    return None


def _day(row: Mapping[str, str], place: str, code: str, issues: list[Issue]) -> date | None:
    given = row.get("expires_on", "")
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        issues.append(
            Issue(
                code,
                row.get("product", ""),
                f"expires_on {given!r} is no day",
                hint="write 2027-12-31",
                at=place,
            )
        )
        return date.min


def read_evidence(text: str, *, at: str) -> tuple[tuple[Evidence, ...], tuple[Issue, ...]]:
    """The rows of an evidence table: product, market, kind, reference, covers (parted by `;`), expires_on.

    A row whose reference is a dash, a year or a day, holds a word for "not yet" or for a refusal, or is no number where
    an authority gives one, shows nothing. A number with fewer than four digits is told.
    """
    code = "claim.evidence_file"
    rows, issues = read_rows(text, ("product", "market", "kind", "reference"), at=at, code=code)
    found = []
    for place, row in rows:
        row["market"], row["kind"] = row["market"].upper(), row["kind"].lower()
        if row["kind"] not in EVIDENCE:
            message = f"kind {row['kind']!r} is unknown"
            issues.append(Issue(code, row["product"], message, hint=f"write {', '.join(EVIDENCE)}", at=place))
            continue
        if (issue := _says_nothing(row, ("reference",), place, code)) is not None:
            issues.append(issue)
            continue
        if row["kind"] in _NUMBERED and sum(map(str.isdigit, row["reference"])) < _DIGITS:
            message = (
                f"reference {row['reference']!r} has fewer than {_DIGITS} digits: "
                f"no number of a {row['kind']} has so few"
            )
            issues.append(
                Issue(code, row["product"], message, Severity.WARNING, "compare it with the document", place)
            )
        covers = tuple(part for piece in row.get("covers", "").split(";") if (part := piece.strip()))
        if row.get("covers") and not covers:
            message = f"covers {row['covers']!r} names nothing"
            issues.append(
                Issue(code, row["product"], message, hint="leave it empty for all of its kind", at=place)
            )
            continue
        until = _day(row, place, code, issues)
        if until != date.min:
            found.append(
                Evidence(
                    product=row["product"],
                    market=row["market"],
                    kind=row["kind"],
                    reference=row["reference"],
                    covers=covers,
                    expires_on=until,
                    at=place,
                )
            )
    return tuple(found), tuple(issues)


def read_waivers(text: str, *, at: str) -> tuple[tuple[Waiver, ...], tuple[Issue, ...]]:
    """The rows of a waiver table; every column must be filled: a waiver without evidence or end is none."""
    code = "claim.waiver_file"
    needed = ("product", "market", "term", "reason", "evidence_reference", "approved_by", "expires_on")
    rows, issues = read_rows(text, needed, at=at, code=code)
    found = []
    for place, row in rows:
        row["market"] = row["market"].upper()
        signed = ("reason", "evidence_reference", "approved_by")
        if (issue := _says_nothing(row, signed, place, code)) is not None:
            issues.append(issue)
            continue
        until = _day(row, place, code, issues)
        if until is not None and until != date.min:
            found.append(
                Waiver(
                    product=row["product"],
                    market=row["market"],
                    term=row["term"],
                    reason=row["reason"],
                    evidence=row["evidence_reference"],
                    approved_by=row["approved_by"],
                    expires_on=until,
                    at=place,
                )
            )
    return tuple(found), tuple(issues)


def held(
    evidence: Iterable[Evidence], product: str, market: str, kind: str, today: date, *names: str
) -> tuple[Evidence | None, Evidence | None]:
    """The evidence that counts, and one that would if it had not expired."""
    late = None
    for one in evidence:
        if (one.product, one.market, one.kind) == (product, market, kind) and one.shows(*names):
            if one.counts(today):
                return one, None
            late = one
    return None, late
