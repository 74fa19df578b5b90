"""The driver that the documentation builds, broken in one line at a time: the kit does not let it through."""

from typing import Any

import pytest
from tests.docs.test_blocks import DRIVER_PAGE, python_pages, run

from storesync.testing import LAWS, Subject

MUTANTS = {
    "an unmentioned sku is not done": (
        "sd.DONE for c in changes if c.sku in taken}",
        "sd.DONE for c in changes}",
    ),
    "a find takes its own key only": (
        'for one in seen.each("listings") if one.text("key") == sought.key]',
        'for one in seen.each("listings") if one.text("key").startswith(sought.key)]',
    ),
}


def judged(text: str) -> dict[str, list[str]]:
    """What each broken law sees in the driver of a page like this."""
    names: dict[str, Any] = run(DRIVER_PAGE, text)
    subject = Subject(
        driver=names["DRIVER"],
        shop=names["SHOP"],
        account=names["ACCOUNT"],
        samples=names["SAMPLES"],
        examples=5,
    )
    found = {law.name: [str(one) for one in law(subject)] for law in LAWS if law.concerns(subject)}
    return {name: seen for name, seen in found.items() if seen}


@pytest.mark.parametrize("law", MUTANTS)
def test_one_line_less_is_caught_by_the_law_about_it(law: str) -> None:
    """With its line the driver keeps every law; without it this one is broken, and no other."""
    page = python_pages()[DRIVER_PAGE]
    line, worse = MUTANTS[law]
    assert 1 == page.count(line)

    assert {} == judged(page)
    assert {law} == set(judged(page.replace(line, worse)))
