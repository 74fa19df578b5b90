"""Lists, lengths, countries, source hashes and composed descriptions."""

from unicodedata import normalize

import pytest
from attrs import evolve

from storesync.localization import (
    TEMPLATES,
    columns,
    compose,
    country_name,
    language,
    length,
    matches,
    separator,
    source_hash,
    split,
    template_for,
)
from storesync.model import Copy


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("保湿、滋养", ("保湿", "滋养")),
        ("Dưỡng ẩm, Nuôi dưỡng da", ("Dưỡng ẩm", "Nuôi dưỡng da")),
        ("水、1,2-己二醇、甘油", ("水", "1,2-己二醇", "甘油")),
        ("Water; 1,2-Hexanediol", ("Water", "1,2-Hexanediol")),
        ("1,5g", ("1,5g",)),
        (" 、保湿、 ", ("保湿",)),
        ("", ()),
    ],
)
def test_a_written_list_ends_its_values_where_a_reader_would(text: str, parts: tuple[str, ...]) -> None:
    """A comma inside a name or a number is no end."""
    assert parts == split(text)


@pytest.mark.parametrize(
    ("text", "chars", "size", "wide"), [("ab", 2, 2, 2), ("保湿a", 3, 7, 5), ("ẩm", 2, 4, 2), ("，", 1, 3, 2)]
)
def test_a_text_has_three_lengths(text: str, chars: int, size: int, wide: int) -> None:
    """Characters, UTF-8 bytes, and columns with wide characters counted twice."""
    assert (chars, size, wide) == tuple(length(text, unit) for unit in ("chars", "bytes", "columns"))
    assert wide == columns(text)


def test_a_locale_matches_its_own_narrower_forms_only() -> None:
    """Korean of Korea is Korean; Simplified is not Traditional."""
    assert matches("ko", "ko-KR")
    assert matches("zh-Hans-CN", "zh-hans")
    assert not matches("zh-Hans", "zh-Hant")
    assert not matches("vi", "zh-Hans")
    assert ("zh", "、", ", ") == (language("zh-Hant"), separator("zh-Hans"), separator("vi"))


def test_a_country_has_a_name_in_each_market_language() -> None:
    """Markets list origins by name."""
    assert ("韩国", "Hàn Quốc", "South Korea", "") == (
        country_name("KR", "zh-Hans"),
        country_name("kr", "vi"),
        country_name("KR", "en-SG"),
        country_name("XX", "vi"),
    )


def test_the_source_hash_follows_what_is_translated() -> None:
    """Another title is another source; keywords and composed or decomposed letters are not."""
    text = Copy("설빛가온 세럼", "보습", ("촉촉",), ("세럼",))

    assert source_hash(text) == source_hash(evolve(text, keywords=()))
    assert source_hash(text) == source_hash(evolve(text, title=normalize("NFD", text.title)))
    assert source_hash(text) != source_hash(evolve(text, title="설빛가온 토너"))
    assert source_hash(text) != source_hash(evolve(text, points=()))


def test_a_description_tells_facts_then_ingredients_then_storage() -> None:
    """The headings are in the language of the market; empty values are left out."""
    attributes = {
        "Thành phần": "Muối",
        "Thương hiệu": "PADOMARUN",
        "Xuất xứ": "",
        "Bảo quản": "Nơi khô mát",
        "Chất gây dị ứng": "Cá",
    }

    text = compose("Cá khô.", attributes, TEMPLATES["vi"])

    assert (
        "Cá khô.\n\nThông tin sản phẩm\nThương hiệu: PADOMARUN\n\n"
        "Thành phần: Muối\n\nChất gây dị ứng: Cá\n\nBảo quản: Nơi khô mát"
    ) == text


def test_a_template_is_found_by_its_language() -> None:
    """Korean of Korea has the Korean template; Traditional Chinese must not borrow Simplified."""
    assert TEMPLATES["ko"] is template_for("ko-KR")
    assert template_for("zh-Hant") is None
