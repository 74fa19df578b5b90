"""A secret becomes stars in every spelling, and nothing else does."""

import html
import json
import re
import time
from collections.abc import Callable
from decimal import Context, Decimal, Inexact, Rounded, localcontext
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storesync.model import dumps
from storesync.model.mask import STARS, Mask

SECRET = 'tok/AbC+d"é &<01234567=='
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": lambda one: json.dumps(one)[1:-1],
    "JSON in UTF-8": lambda one: json.dumps(one, ensure_ascii=False)[1:-1],
    "JSON with an escaped slash": lambda one: json.dumps(one)[1:-1].replace("/", "\\/"),
    "JSON for a page": lambda one: (
        json.dumps(one)[1:-1].replace("+", "\\u002b").replace("=", "\\u003D").replace("<", "\\u003C")
    ),
    "JSON in JSON": lambda one: json.dumps(json.dumps(one)[1:-1])[1:-1],
    "JSON, every character escaped": lambda one: re.sub("....", r"\\u\g<0>", one.encode("utf-16-be").hex()),
    "an address": quote,
    "a part of an address": lambda one: quote(one, safe=""),
    "a form": quote_plus,
    "a form in a form": lambda one: quote_plus(quote_plus(one)),
    "a form of JSON": lambda one: quote_plus(json.dumps(one)[1:-1]),
    "an address in small digits": lambda one: re.sub(
        "%..", lambda found: found[0].lower(), quote(one, safe="")
    ),
    "HTML": html.escape,
    "HTML by numbers": lambda one: "".join(
        char if char.isalnum() and char.isascii() else f"&#{ord(char)};" for char in one
    ),
    "HTML in HTML": lambda one: html.escape(html.escape(one)),
    "HTML by names": lambda one: html.escape(one).replace("é", "&eacute;").replace("/", "&sol;"),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_secret_becomes_stars_in_every_spelling(name: str) -> None:
    """Whatever wrote it, nothing of it is left."""
    said = f'{{"you": "{SPELLINGS[name](SECRET)}"}}'

    assert f'{{"you": "{STARS}"}}' == Mask([SECRET], least=8).text(said)


NASTY = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=8, max_size=40)


@given(NASTY.filter(lambda one: one.strip() == one), st.sampled_from(sorted(SPELLINGS)))
def test_any_secret_becomes_stars(secret: str, name: str) -> None:
    """Of whatever characters it is made."""
    spelled = SPELLINGS[name](secret)
    masked = Mask([secret], least=8).text(f">{spelled}<")

    assert secret not in masked
    assert spelled == secret or spelled not in masked


def test_json_stays_json() -> None:
    """Texts, names and numbers that are secrets are masked where they stand; all else is the same object."""
    mask = Mask([SECRET, "80412639"], least=8)
    kept = {"id": 80412638, "title": "80412", "rows": [1, Decimal("1.5"), None, True]}
    told = {"seller": 80412639, "rows": [{SECRET: f"it is {SECRET}"}, Decimal("80412639.00"), -80412639]}

    assert {"seller": STARS, "rows": [{STARS: f"it is {STARS}"}, STARS, STARS]} == mask.value(told)
    assert kept is mask.value(kept)


def test_the_host_s_decimal_context_unmasks_nothing() -> None:
    """Three digits are enough for abs() to make another number of a long one."""
    mask = Mask([SECRET, "80412639"], least=8)

    with localcontext(Context(prec=3, traps=[Inexact, Rounded])):
        assert [STARS, STARS] == mask.value([Decimal("-80412639.00"), -80412639])


@pytest.mark.parametrize("coding", ["utf-8", "utf-16", "utf-16-le", "gb18030", "latin-1"])
def test_bytes_without_a_shape_are_masked_too(coding: str) -> None:
    """A page in whatever coding it came."""
    mask = Mask([SECRET], least=8)
    page = f"<p>{SECRET}</p>".encode(coding)

    assert mask.suspects(page)
    assert SECRET not in mask.content(page).decode(coding, "replace")
    assert STARS in mask.content(page).decode("latin-1")


@pytest.mark.parametrize("content", [dumps({"id": 1}).encode(), b"\x89PNG\r\n\x1a\n\0\0", b""])
def test_what_holds_no_secret_is_not_touched(content: bytes) -> None:
    """An ordinary answer comes back as the same object, whatever it is; so does every answer without secrets."""
    assert content is Mask([SECRET], least=8).content(content)
    assert content is Mask([], least=8).content(content)
    assert not Mask([], least=8).suspects(content)


def test_short_texts_are_no_secrets() -> None:
    """They would be found in anything by chance."""
    assert "price 729000" == Mask(["729000"], least=8).text("price 729000")


def test_nobody_can_make_the_search_long() -> None:
    """Not even who knows the secret: an answer made of its beginning and of escapes without end."""
    mask = Mask(["abcd/+ efgh"], least=8)
    plain, began = "x" * 400_000, time.perf_counter()
    mask.text(f"abcd{plain}")
    usual, began = time.perf_counter() - began, time.perf_counter()
    for hostile in (
        "\\" * 400_000,
        "%25" * 130_000,
        "abcd\\" * 80_000,
        "abcd/ + +" * 50_000,
        "&amp;" * 80_000,
    ):
        mask.text(f"abcd{hostile}")
    longest = time.perf_counter() - began

    assert longest < 200 * usual
