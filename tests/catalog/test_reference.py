"""Translations beside the catalog, the kinds of source, and the pictures of the example."""

import hashlib
from pathlib import Path

import pytest
from tests.catalog.conftest import Shelf

from storesync.catalog import open_source, read_csv, read_reference
from storesync.catalog.pictures import generate_images
from storesync.errors import ConfigError

HEAD = "product_code,locale,title,short_description,attributes_json,reviewed\n"


def test_the_example_brings_two_languages_for_every_product(example: Path) -> None:
    """And they are no more than a reference until somebody reviews them."""
    reference, issues = read_reference(example)

    text = reference.text("SBG-001", "vi")
    assert () == issues
    assert {("zh-Hans", "vi")} == {tuple(found) for found in reference.texts.values()}
    assert 80 == len(reference.texts)
    assert text is not None
    assert "reference" == text.state
    assert "Hàn Quốc" == text.attributes["Xuất xứ"]
    assert "容量" == reference.option("name", "용량", "zh-Hans")
    assert "Dưỡng ẩm" == reference.word("efficacy", "moist", "vi")
    assert "zh-Hans" not in reference.ingredients["고려엉겅퀴추출물"]


def test_a_wrong_row_is_told_and_the_others_count(tmp_path: Path) -> None:
    """Broken JSON, an unknown word, a text given twice: each has its line."""
    (tmp_path / "translations.csv").write_text(
        HEAD
        + 'A,vi,Một,,"{""x"": 1",no\n'
        + "B,vi,Hai,,,maybe\n"
        + "C,vi,Ba,,,yes\n"
        + "C,vi,Bốn,,,no\n"
        + ",vi,Năm,,,no\n",
        encoding="utf-8",
    )

    reference, issues = read_reference(tmp_path)

    assert ["C"] == list(reference.texts)
    assert "reviewed" == reference.texts["C"]["vi"].state
    assert [
        "translations.csv:2:attributes_json",
        "translations.csv:3:reviewed",
        "translations.csv:5:locale",
        "translations.csv:6:product_code",
    ] == [issue.at for issue in issues]


def test_a_kind_of_source_is_opened_by_its_name(shelf: Shelf) -> None:
    """The configuration names it; nothing is read before it is asked."""
    source = open_source("csv", shelf.folder, images=shelf.folder / "images")

    assert list(read_csv(shelf.folder)) == list(source.products())


@pytest.mark.parametrize(
    ("kind", "settings", "hint"),
    [("cvs", {}, "did you mean 'csv'?"), ("csv", {"imges": "x"}, "did you mean 'images'?")],
)
def test_an_unknown_kind_or_setting_names_the_nearest(kind: str, settings: dict[str, str], hint: str) -> None:
    """A typo is answered with what was meant."""
    with pytest.raises(ConfigError) as caught:
        open_source(kind, "x", **settings)

    assert [hint] == [issue.hint for issue in caught.value.issues]


def test_pictures_are_real_small_and_the_same_every_time(shelf: Shelf, tmp_path: Path) -> None:
    """Uploads carry bytes, and two machines agree on them."""
    image = pytest.importorskip("PIL.Image")
    shelf.spoil("variants.csv", ",240,", ",240,a_30.jpg")

    made = generate_images(shelf.folder, tmp_path / "one")
    generate_images(shelf.folder, tmp_path / "two")

    names = {"a.jpg", "a_detail_ko.jpg", "b.jpg", "a_30.jpg"}
    first = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert (4, names) == (made, set(first))
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
    assert 4 == len({hashlib.sha256(data).digest() for data in first.values()})
    assert max(map(len, first.values())) < 40_000
    with image.open(tmp_path / "one" / "a.jpg") as picture:
        assert ("JPEG", (800, 800)) == (picture.format, picture.size)
    assert 0 == generate_images(shelf.folder, tmp_path / "one")
    assert not any(read.held for read in read_csv(shelf.folder, images=tmp_path / "two"))
