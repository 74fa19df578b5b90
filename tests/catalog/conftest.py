"""A small catalog folder that tests can spoil, and the shipped example."""

from collections.abc import Callable
from pathlib import Path

import pytest

import storesync
from storesync.catalog import Read, read_csv

EXAMPLE = Path(storesync.__file__).parent / "examples" / "gangwon"
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 3 + b"\xff\xd9"

PRODUCTS = """\
product_code,brand_code,category_code,name_ko,short_description_ko,image_main,image_files,hs_code6,status
AAA-001,AAA,C-SER,보습 세럼,촉촉합니다.,a.jpg,a.jpg;a_detail_ko.jpg,330499,active
AAA-002,AAA,C-CRM,보습 크림,부드럽습니다.,b.jpg,b.jpg,330499,active
"""
VARIANTS = """\
sku,product_code,option1_name_ko,option1_value_ko,price_krw,list_price_krw,cost_krw,barcode,stock,image
AAA-001-30,AAA-001,용량,30ml,32000,36000,9000,2997000010017,240,
AAA-001-50,AAA-001,용량,50ml,46000,,,,180,
AAA-002-50,AAA-002,용량,50ml,28000,,,,7,
"""
BRANDS = "brand_code,brand_ko,brand_latin\nAAA,에이,AAY\n"


class Shelf:
    """One catalog folder in a temporary place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("products.csv", PRODUCTS)
        self.write("variants.csv", VARIANTS)
        self.write("brands.csv", BRANDS)
        (folder / "images").mkdir()
        for name in ("a.jpg", "a_detail_ko.jpg", "b.jpg"):
            (folder / "images" / name).write_bytes(JPEG + name.encode() + b"\xff\xd9")

    def write(self, name: str, text: str | bytes) -> None:
        """Replace one file."""
        data = text if isinstance(text, bytes) else text.encode()
        (self.folder / name).write_bytes(data)

    def spoil(self, name: str, old: str, new: str) -> None:
        """Replace a piece of one file, which must be there."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def read(self) -> list[Read]:
        """Everything the folder gives."""
        return list(read_csv(self.folder))

    def found(self) -> dict[str, Read]:
        """Readings by product key; what is about a file is under the empty key."""
        return {read.key: read for read in self.read()}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A sound catalog of two products and three variants."""
    return Shelf(tmp_path)


@pytest.fixture
def example() -> Path:
    """The catalog folder of the shipped example."""
    return EXAMPLE / "catalog"


@pytest.fixture
def gallery(tmp_path: Path) -> Callable[[str], Path]:
    """A folder of pictures with the names given, separated by white space."""

    def make(names: str) -> Path:
        folder = tmp_path / "gallery"
        folder.mkdir(exist_ok=True)
        for name in names.split():
            (folder / name).write_bytes(JPEG + name.encode() + b"\xff\xd9")
        return folder

    return make
