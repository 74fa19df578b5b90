"""JSON as the library writes and reads it: exact, bounded, the same on every database."""

from collections import UserDict
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storesync.model import Status, digest, dumps, dumps_bytes, loads
from storesync.model.codec import loads_foreign

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_DECIMALS = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _DECIMALS | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(_JSON)
def test_what_is_written_is_read_back_equal(value: Any) -> None:
    """Every JSON value survives a round trip."""
    assert value == loads(dumps(value))


_ANY_TEXT = st.text(st.characters(), max_size=8)
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | _DECIMALS | _ANY_TEXT,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(_ANY_TEXT, inner, max_size=4).map(MappingProxyType)
    ),
    max_leaves=20,
)


@given(st.dictionaries(_ANY_TEXT, _ANY, max_size=4), st.booleans())
def test_both_writers_write_the_same(value: dict[str, Any], sort: bool) -> None:
    """What a mapping of a foreign kind holds is written by us, the same in a dict by orjson: digests rest on it."""
    assert dumps(UserDict(value), sort=sort) == dumps(value, sort=sort)


@pytest.mark.parametrize("digits", ["219.00", "0.10", "1.000", "939000", "0.000000001", "-5.50"])
def test_every_digit_of_a_number_is_kept(digits: str) -> None:
    """Trailing zeros are part of an amount: ¥219.00 is not sent as 219."""
    assert f'{{"price":{digits}}}' == dumps({"price": Decimal(digits)})
    assert f"[{digits}]" == dumps(loads(f"[{digits}]"))


def test_a_float_is_refused_wherever_it_hides() -> None:
    """A float inside a document is a bug, and it is told with its value."""
    with pytest.raises(TypeError, match=r"0\.1 is a float"):
        dumps({"rows": [{"price": 0.1}]})


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", '{"a": NaN}'])
def test_what_is_no_number_is_no_json(text: str) -> None:
    """Python's own dialect of JSON is not read."""
    with pytest.raises(ValueError, match="no JSON number"):
        loads(text)


@pytest.mark.parametrize(
    "value", [Decimal("NaN"), Decimal("Infinity"), Decimal("1e999999999"), Decimal("0e-999999")]
)
def test_a_number_that_cannot_be_written_out_is_refused(value: Decimal) -> None:
    """A thousand million zeros would fill the memory."""
    with pytest.raises(ValueError, match="no JSON number"):
        dumps(value)


@pytest.mark.parametrize(
    "text", ['{"price": 1e999999999}', '{"price": 0e-999999999}', "[" * 100_000 + "]" * 100_000]
)
def test_json_made_to_hurt_is_no_json(text: str) -> None:
    """Huge exponents and endless nesting are a wrong answer, not an exhausted process."""
    with pytest.raises(ValueError):  # noqa: PT011  # which of the bounds is hit first does not matter
        loads(text)


@pytest.mark.parametrize("depth", [10, 64])
def test_what_can_be_read_can_be_written(depth: int) -> None:
    """The deepest document that is read is not too deep for the journal."""
    text = "[" * depth + "]" * depth

    assert text == dumps(loads(text))


@pytest.mark.parametrize("depth", [65, 300, 900])
def test_nesting_is_bounded_the_same_everywhere(depth: int) -> None:
    """The bound does not depend on how much of the interpreter's stack is left."""
    with pytest.raises(ValueError, match="nested too deeply"):
        loads('{"a":' * depth + "1" + "}" * depth)


def test_half_a_character_is_read_as_replaced() -> None:
    """A market that cuts an emoji in two must not stop a run at the database."""
    assert {"message": "好\ufffd"} == loads_foreign(b'{"message": "\xe5\xa5\xbd\\ud83d"}')
    assert {"whole": "😀"} == loads_foreign('{"whole": "\\ud83d\\ude00"}')


def test_half_a_character_is_written_escaped() -> None:
    """What is written can always be encoded, and is read back as it was."""
    assert "好\ud83d" == loads(dumps("好\ud83d"))
    assert b'"\xe5\xa5\xbd\\ud83d"' == dumps_bytes("好\ud83d")


def test_read_only_mappings_tuples_and_enums_are_json() -> None:
    """Frozen values are written without a copy."""
    value = MappingProxyType({"skus": ("a", "b"), "status": Status.LIVE, "more": MappingProxyType({})})

    assert '{"skus":["a","b"],"status":"live","more":{}}' == dumps(value)


def test_a_key_that_is_no_text_is_refused() -> None:
    """A number as a key would come back as text, and differ."""
    with pytest.raises(TypeError, match="key 1 is not text"):
        dumps({1: "a"})


def test_equal_documents_have_one_digest_whatever_their_order() -> None:
    """The digest names the value, not the way it was built."""
    one, other = {"a": 1, "b": [Decimal("1.0")]}, {"b": [Decimal("1.0")], "a": 1}

    assert digest(one) == digest(other)
    assert digest(one) != digest({"a": 1, "b": [Decimal("1.00")]})
    assert 32 == len(digest(one))
