"""Rule documents gone wrong: the kit spoils JSON, here the XML inside of it is cut and changed."""

from collections.abc import Iterator
from importlib.metadata import entry_points
from typing import Any

import pytest
from tests.drivers.tmall.samples import SHOP
from tests.drivers.tmall.test_conformance import SAMPLES

import storesync.driver as sd
from storesync.drivers.tmall import DRIVER
from storesync.testing import Sample, Subject

SUBJECT = Subject(driver=DRIVER, shop=SHOP, samples=SAMPLES)
CHANGES = (
    ("<field ", "<f "),
    ("id=", "di="),
    ("input", "wheel"),
    ("value", "other"),
    ("199.00", "NaN"),
    ("299.00", "much"),
    ("12<", "1E999999<"),
    ("multiComplex", "input"),
    ("multiCheck", "complex"),
    ("complex", "label"),
    ("update_fields", "fields"),
    ('id="sku"', 'id="uks"'),
)


def documents(answer: Any) -> Iterator[tuple[str, str, str]]:
    """Where an answer holds XML."""
    for envelope, body in answer.items():
        for key, text in body.items():
            if isinstance(text, str) and text.startswith("<"):
                yield envelope, key, text


def worse(answer: Any) -> Iterator[Any]:
    """The answer with its document cut at many places, and with words of it changed."""
    for envelope, key, text in documents(answer):
        spoiled = [text[:cut] for cut in range(0, len(text), 97)]
        spoiled += [text.replace(old, new) for old, new in CHANGES]
        yield from ({**answer, envelope: {**answer[envelope], key: one}} for one in spoiled)


WITH_XML = [one for one in SAMPLES if any(list(documents(answer)) for answer in one.answers)]


@pytest.mark.parametrize("sample", WITH_XML, ids=str)
def test_no_spoiled_document_raises_anything_but_a_fault(sample: Sample) -> None:
    """Whatever became of the XML, it ends with a fault or a result."""
    tried = 0
    for position, answer in enumerate(sample.answers):
        for bad in worse(answer):
            tried += 1
            ended = SUBJECT.play(
                sample, [*sample.answers[:position], bad, *sample.answers[position + 1 :]], bad
            )

            assert ended.crash is None, repr(bad)[:200]
            assert ended.done or isinstance(ended.fault, sd.Fault)

    assert tried > 20


def test_documents_are_read_for_a_category_and_for_updates() -> None:
    """Both kinds of rule document are spoiled above."""
    assert {"category", "create", "update"} == {sample.part for sample in WITH_XML}


def test_making_a_listing_is_the_only_call_that_must_not_be_repeated() -> None:
    """Publishing has no key of its own; everything else takes absolute values."""
    effects = {
        (request.form["method"], request.effect)
        for _, request in SUBJECT.requests()
        if "/router/rest" == request.path
    }

    assert {"tmall.item.schema.add"} == {method for method, effect in effects if effect is sd.Effect.ONCE}
    assert {True} == {method.endswith(".get") for method, effect in effects if effect is sd.Effect.READ}


def test_the_driver_is_found_by_its_entry_point() -> None:
    """The registry needs no import by name."""
    (found,) = entry_points(group="storesync.drivers", name="tmall")

    assert found.load() is DRIVER


def test_the_parts_say_what_tmall_can_do() -> None:
    """Presence is capability: no refresh, no tickets, no joint offers."""
    assert {
        "category", "check", "create", "discover", "end", "find", "hide", "listings", "observe", "prices", "show", "sign",
        "stock", "update", "upload",
    } == DRIVER.parts  # fmt: skip
