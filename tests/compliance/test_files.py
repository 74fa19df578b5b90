"""Tables that users write: every fault with its file and line, and the good rows still count."""

import pytest

from storesync.compliance import read_evidence, read_terms, read_waivers

TERMS = "id,locale,term,match,scope,category,rule_source,severity,suggestion,exceptions,confidence\n"


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ("a,vi,x,literal,all,,,deadly,,,U", "severity 'deadly'"),
        ("a,vi,x,fuzzy,all,,,warn,,,U", "match 'fuzzy'"),
        ("a,vi,(x,regex,all,,,warn,,,U", "no regular expression"),
        ("a,vi,x,literal,cars,,,warn,,,U", "scope 'cars'"),
        ("a,vi,x", "3 cells"),
        (",vi,x,literal,all,,,warn,,,U", "id is empty"),
        ("ok,vi,z,literal,all,,,warn,,,U", "ok stands at own.csv:2"),
    ],
)
def test_a_wrong_term_is_told_with_its_line(row: str, part: str) -> None:
    """The others count."""
    terms, issues = read_terms(TERMS + "ok,vi,y,literal,all,,,warn,,,U\n" + row + "\n", at="own.csv")

    assert ["ok"] == [term.id for term in terms]
    assert ["own.csv:3"] == [issue.at for issue in issues]
    assert part in issues[0].message
    assert issues[0].hint


def test_a_table_without_its_columns_is_told_once() -> None:
    """With the header that it should have."""
    terms, issues = read_terms("word;level\nx;y\n", at="own.csv")

    assert () == terms
    assert "own.csv:1" == issues[0].at
    assert "id,locale,term,severity" in issues[0].hint


def test_evidence_of_an_unknown_kind_or_day_does_not_count() -> None:
    """A typing error must not open a market."""
    found, issues = read_evidence(
        "product,market,kind,reference,covers,expires_on\n"
        "A,CN,filling,1,,\n"
        "A,CN,filing,2025-2,,soon\n"
        "A,CN,filing,2025-3,抗皱;紧致,2027-01-01\n",
        at="evidence.csv",
    )

    assert ["2025-3"] == [one.reference for one in found]
    assert ("抗皱", "紧致") == found[0].covers
    assert ["evidence.csv:2", "evidence.csv:3"] == [issue.at for issue in issues]


def test_a_waiver_needs_reason_evidence_name_and_end() -> None:
    """Nobody waives for ever."""
    header = "product,market,term,reason,evidence_reference,approved_by,expires_on\n"

    found, issues = read_waivers(
        header + "A,CN,最佳,because,E-1,Kim,\nA,CN,最佳,because,E-1,Kim,2027-01-01\n", at="waivers.csv"
    )

    assert 1 == len(found)
    assert ["waivers.csv:2"] == [issue.at for issue in issues]
    assert "expires_on is empty" in issues[0].message


def test_a_waiver_is_of_one_product_on_one_market() -> None:
    """Unless it says all products."""
    header = "product,market,term,reason,evidence_reference,approved_by,expires_on\n"
    row = "{},CN,t-1,because,E-1,Kim,2027-01-01\n"
    (one,), _ = read_waivers(header + row.format("A"), at="waivers.csv")
    (every,), _ = read_waivers(header + row.format("*"), at="waivers.csv")

    assert [True, False, False] == [
        one.lets(product, market, "t-1", "最佳", 0, 2)
        for product, market in (("A", "CN"), ("B", "CN"), ("A", "VN"))
    ]
    assert [True, False] == [every.lets("B", market, "t-1", "最佳", 0, 2) for market in ("CN", "VN")]


@pytest.mark.parametrize(
    "cell",
    [
        "-",
        "–",
        "?",
        "N/A",
        "n.a.",
        "TBD",
        "todo",
        "<number>",
        "xxx",
        "없음",
        "신청중",
        "해당 없음",
        "无",
        "暂无",
        "办理中",
        "không có",
        "신청 예정",
        "접수중",
        "접수 중 (2026-11-20)",
        "미발급",
        "none yet",
        "coming soon 2027",
        "신청완료 20261120",
        "접수번호 2026-11-20",
        "受理编号 20260001",
        "to be confirmed",
        "applied 2026-11",
        "chờ cấp",
        "Đang chờ cấp số 2026",
        "申请中，12月下发",
        "预计2027年1月下发",
        "尚未取得",
        "2025",
        "2025년",
        "２０２６年",
        "năm 2026",
        "2026-10-01",
        "2026. 10. 1.",
        "01/10/2026",
        "2026年10月1日",
        "20261001",
        "rejected 2026-10-01",
        "Refused: no. 2026-1234",
        "반려(2026-10-01)",
        "2026-1234 취소",
        "已驳回 20260001",
        "备案已注销20260001",
        "bị từ chối 01/10/2026",
        "hết hiệu lực 123456",
        "không được cấp 2026",
        "đã huỷ 123456",
    ],
)
def test_a_reference_that_names_nothing_shows_nothing(cell: str) -> None:
    """Spreadsheets write something where there is no number yet; a waiver so signed is none."""
    row = f"SBG-001,CN,filing,{cell},,\n"
    evidence, issues = read_evidence(f"product,market,kind,reference,covers,expires_on\n{row}", at="e.csv")
    head = "product,market,term,reason,evidence_reference,approved_by,expires_on\n"
    waivers, more = read_waivers(f"{head}*,CN,zh-Hans-0003,it is ours,D-1,{cell},2027-01-01\n", at="w.csv")

    assert ((), ()) == (evidence, waivers)
    assert ["e.csv:2", "w.csv:2"] == [issue.at for issue in (*issues, *more)]
    assert repr(cell) in issues[0].message
    assert issues[0].hint


def test_a_number_that_begins_with_a_year_counts() -> None:
    """As filings in China do."""
    rows = (
        "2025000001",
        "国妆网备进字(京)2025000001",
        "2025-3",
        "2025F1",
        "123456/26/CBMP-QLD",
        "REF-2025001",
    )
    table = "product,market,kind,reference\n" + "".join(f"A,CN,filing,{row}\n" for row in rows)

    evidence, _ = read_evidence(table, at="e.csv")

    assert list(rows) == [one.reference for one in evidence]


@pytest.mark.parametrize("cell", ["0", "1", "12", "F-1", "ABC", "备案", "신고번호", "the filing"])
def test_what_no_authority_gives_is_no_number(cell: str) -> None:
    """A number has digits, and more signs than three; of a document that a merchant names, this is not asked."""
    kinds = ("registration", "filing", "notification", "producer", "approval")
    rows = "".join(f"A,CN,{kind},{cell},,\n" for kind in kinds)

    evidence, issues = read_evidence(f"product,market,kind,reference\n{rows}".replace(",,", ""), at="e.csv")
    others, none = read_evidence("product,market,kind,reference\nA,CN,label,the filing\n", at="e.csv")

    assert () == evidence
    assert ["error"] * 5 == [issue.severity.value for issue in issues]
    assert (1, ()) == (len(others), none)


def test_a_number_of_few_digits_is_told_and_counts() -> None:
    """People shorten what they copy."""
    row = "product,market,kind,reference\nA,CN,filing,国妆备字25\nB,CN,filing,国妆网备进字(京)2025000001\n"

    evidence, (issue,) = read_evidence(row, at="e.csv")

    assert ["A", "B"] == [one.product for one in evidence]
    assert ("warning", "e.csv:2") == (issue.severity.value, issue.at)
    assert "国妆备字25" in issue.message


def test_a_market_and_a_kind_are_read_in_any_letter_case() -> None:
    """And a cell that covers nothing does not cover all."""
    rows = "SBG-001,cn,Filing,2025-F-1,,\nSBG-001,CN,efficacy,E-1,;,\nSBG-001,CN,efficacy,N-1,抗皱;,\n"

    evidence, issues = read_evidence(f"product,market,kind,reference,covers,expires_on\n{rows}", at="e.csv")

    assert [("CN", "filing", ()), ("CN", "efficacy", ("抗皱",))] == [
        (one.market, one.kind, one.covers) for one in evidence
    ]
    assert ["e.csv:3"] == [issue.at for issue in issues]
