"""Pictures for a catalog that ships without any: real JPEG files, one per name, the same bytes every time."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

__all__ = ["generate_images"]

SIDE = 800
_LISTED = re.compile(r"[;|]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def generate_images(
    catalog_folder: Path | str, out: Path | str, *, progress: Callable[[int, int], None] | None = None
) -> int:
    """Make every picture that products.csv and variants.csv name and `out` lacks; how many were made.

    800 × 800 JPEG below 40 KB, tinted by brand, with the file's name and the brand on it. Names that are no
    plain base name are left out: the reader reports them. Needs Pillow (extra `sandbox`).
    """
    folder, target = Path(catalog_folder), Path(out)
    target.mkdir(parents=True, exist_ok=True)
    wanted = dict(_named(folder))
    missing = [name for name in wanted if not (target / name).exists()]
    for done, name in enumerate(missing, 1):
        # Write beside and rename: an interrupted run must not leave half a picture behind.
        draft = target / f".{name}.part"
        draft.write_bytes(_picture(name, *wanted[name]))
        draft.replace(target / name)
        if progress is not None:
            progress(done, len(missing))
    return len(missing)


def _named(folder: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    """Every picture name with the brand (Latin) and the words that go onto it."""
    brands: dict[str, str] = {}
    with (folder / "products.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            brand = row.get("brand_latin") or row["brand_code"]
            brands[row["product_code"]] = brand
            for name in _LISTED.split(f"{row.get('image_main', '')};{row.get('image_files', '')}"):
                if _NAME.fullmatch(name.strip()):
                    yield name.strip(), (brand, row["product_code"])
    with (folder / "variants.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            name = row.get("image", "").strip()
            if _NAME.fullmatch(name):
                yield name, (brands.get(row["product_code"], row["product_code"]), row["sku"])


def _picture(name: str, brand: str, words: str) -> bytes:
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError as error:
        raise ImportError("pictures are drawn with Pillow: install storesync[sandbox]") from error
    tint = hashlib.sha256(brand.encode()).digest()
    mark = hashlib.sha256(name.encode()).digest()
    red, green, blue = (150 + byte % 90 for byte in tint[:3])
    picture = Image.new("RGB", (SIDE, SIDE), (red, green, blue))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((40, 40, SIDE - 40, SIDE - 40), outline=(255, 255, 255), width=6)
    left, top = 180 + mark[0] % 60, 180 + mark[1] % 60
    shade = (red - 60 - mark[2] % 40, green - 60 - mark[3] % 40, blue - 60 - mark[4] % 40)
    box = (left, top, SIDE - left, SIDE - top)
    (draw.ellipse if mark[5] % 2 else draw.rectangle)(box, fill=shade)
    for y, text, size in ((60, brand, 56), (SIDE // 2 - 30, words, 64), (SIDE - 110, name, 36)):
        draw.text(
            (SIDE // 2, y), text, fill=(255, 255, 255), font=ImageFont.load_default(size=size), anchor="ma"
        )
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=78)
    return buffer.getvalue()
