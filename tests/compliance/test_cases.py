"""The worked cases: each text gets the verdict that a person gave it."""

import csv
from pathlib import Path

import pytest

from storesync.compliance import compliance_pack, fold, worst

CASES = Path(__file__).parent.parent / "data" / "texts" / "compliance-cases.csv"
MARKETS = {"zh-Hans": "CN", "vi": "VN", "ko": "CN"}


def cases() -> list[dict[str, str]]:
    """The rows of the table."""
    return list(csv.DictReader(CASES.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["text"])
def test_a_text_gets_the_verdict_of_its_worst_wording(case: dict[str, str]) -> None:
    """And the wording is named as it was written, whatever script or spacing hides it."""
    scanner = compliance_pack(MARKETS[case["locale"]]).scanner(case["locale"])

    hits = scanner.scan(case["text"], field=case["field"])

    assert case["expected"] == worst(hits)
    for hit in hits:
        assert hit.excerpt == case["text"][hit.offset : hit.end]
    if case["expected_hit"]:
        wanted = fold(case["expected_hit"]).text
        told = [fold(hit.waived or hit.excerpt).text.replace(" ", "") for hit in hits]
        assert any(wanted.replace(" ", "") in one for one in told)


def test_all_cases_are_there() -> None:
    """A lost table would let everything pass."""
    assert 35 == len(cases())
