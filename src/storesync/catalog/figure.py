"""Figures as suppliers write them: prices, stock, weights, codes and dates. Nothing is ever guessed."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date
from decimal import ROUND_CEILING, Decimal

from stdnum import ean
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from storesync.catalog.record import Cells, shown
from storesync.model import MONEY_CONTEXT, Money, NetContent, minor_digits

__all__ = ["content", "country", "customs", "expiry", "gtin", "measure", "months", "price", "stock", "whole"]

STOCK_SANE = 1_000_000  # more than this of one SKU is a slip of the hand

_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
_SIGNS = re.compile(r"^(?:₩|KRW|\\)\s*|\s*(?:원|KRW)$", re.IGNORECASE)
_CONTENT = re.compile(r"(\d+(?:\.\d+)?)\s*(ml|l|g|kg|mg|cl)", re.IGNORECASE)
_SCALE = {"ml": ("ml", 1), "l": ("ml", 1000), "cl": ("ml", 10), "g": ("g", 1), "kg": ("g", 1000)}
_WEIGHT = re.compile(r"(\d+(?:\.\d+)?)\s*(g|kg)?", re.IGNORECASE)
_COUNTRIES = {
    "대한민국": "KR", "한국": "KR", "국산": "KR", "국내산": "KR", "korea": "KR", "south korea": "KR",
    "republic of korea": "KR", "중국": "CN", "베트남": "VN", "일본": "JP", "미국": "US", "러시아": "RU",
    "프랑스": "FR", "호주": "AU", "태국": "TH", "노르웨이": "NO",
}  # fmt: skip


def _folded(cells: Cells, column: str) -> str:
    """The cell in NFKC, so that full-width digits and unit symbols are ordinary ones."""
    raw = cells.raw(column)
    if raw.isascii():
        return raw
    text = unicodedata.normalize("NFKC", raw).strip()
    if text != raw and any(mark.isdigit() for mark in text):
        cells.note(column, "fullwidth", f"{shown(raw)} read as {shown(text)}")
    return text


def price(cells: Cells, column: str, currency: str, *, needed: bool) -> Money | None:
    """An amount above zero; None, with an issue, when it is missing (if needed) or not one clear amount."""
    text, name = _folded(cells, column), column.replace("_", " ")
    if not text:
        if needed:
            cells.error(
                column, "price_missing", f"there is no {name}", f"unknown is not zero: give the {name}"
            )
        return None
    number = _SIGNS.sub("", text)
    digits = minor_digits(currency)
    whole, point, part = number.partition(".")
    clear = _THOUSANDS.fullmatch(whole) and (not point or re.fullmatch(r"\d{1,2}", part))
    if not clear or (point and digits == 0 and part.strip("0")):
        cells.error(
            column, "price_unreadable", f"{name} {shown(text)} is no {currency} amount", _price_hint(text)
        )
        return None
    amount = Decimal(whole.replace(",", "") + (f".{part}" if point and digits else ""))
    if amount <= 0:
        hint = f"unknown is not zero: give a {name} above 0"
        cells.error(column, "price_zero", f"the {name} is {text}", hint)
        return None
    if number != text or "," in whole:
        cells.note(column, "price_format", f"{shown(cells.raw(column))} read as {amount} {currency}")
    return Money(amount, currency)


def _price_hint(text: str) -> str:
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", text):
        return f"thousands or decimals? write {text.replace('.', '')} if thousands are meant"
    if "만" in text or "천" in text:
        return "write the amount in digits"
    if re.search(r"\d\s*[~–/]\s*\d|\d-\d", text):
        return "one price per row: split the variants into rows"
    if text.startswith("-"):
        return "a price is above 0"
    return "write digits only, like 32000"


def stock(cells: Cells, column: str) -> int | None:
    """A whole number from 0 up; below zero counts as 0 with a warning; None, with an issue, when unknown."""
    text = _folded(cells, column)
    if not text:
        cells.error(
            column, "stock_missing", "there is no stock figure", "unknown is not zero: give the stock"
        )
        return None
    number = text.replace(",", "") if _THOUSANDS.fullmatch(text) else text
    if not re.fullmatch(r"-?\d{1,15}", number):
        cells.error(
            column, "stock_unreadable", f"stock {shown(text)} is no whole number", "write digits only"
        )
        return None
    figure = int(number)
    if figure < 0:
        cells.warn(column, "stock_negative", f"stock is {figure}: read as 0", "count and correct it")
        return 0
    if figure > STOCK_SANE:
        cells.warn(
            column, "stock_absurd", f"stock {figure} is above {STOCK_SANE}", "is this a slip of the hand?"
        )
    return figure


def whole(cells: Cells, column: str, *, least: int, default: int) -> int:
    """A whole number; `default` when the cell is empty; `default` and an error when it is none."""
    text = _folded(cells, column)
    if not text:
        return default
    if not re.fullmatch(r"\d{1,9}", text) or int(text) < least:
        cells.error(
            column,
            "number",
            f"{column.replace('_', ' ')} {shown(text)} is no whole number from {least} up",
            "write digits only",
        )
        return default
    return int(text)


def months(cells: Cells, column: str) -> str:
    """A number of months as digits, or empty."""
    figure = whole(cells, column, least=1, default=0)
    return str(figure) if figure else ""


def measure(cells: Cells, column: str) -> int:
    """A weight in grams; 0 when it is unknown."""
    text = _folded(cells, column)
    if not text:
        return 0
    found = _WEIGHT.fullmatch(text)
    if found is None:
        cells.error(column, "weight", f"{shown(text)} is no weight in grams", "write digits only, like 190")
        return 0
    kilos = (found[2] or "").lower() == "kg"
    grams = MONEY_CONTEXT.multiply(Decimal(found[1]), Decimal(1000 if kilos else 1))
    if found[2]:
        cells.note(column, "unit", f"{shown(text)} read as {grams:f} g")
    if 0 < grams < 1:
        cells.warn(column, "unit_mismatch", f"{text} g is below one gram: left out", "was kg meant?")
        return 0
    if grams != grams.to_integral_value():
        cells.note(column, "weight_rounded", f"{text} g rounded up to whole grams")
    return int(grams.to_integral_value(ROUND_CEILING, MONEY_CONTEXT))


def content(cells: Cells, column: str) -> NetContent | None:
    """A net content such as `200ml`; None when the cell holds none."""
    text = _folded(cells, column)
    found = _CONTENT.fullmatch(text)
    if found is None or found[2].lower() not in _SCALE:
        return None
    unit, scale = _SCALE[found[2].lower()]
    tidy = f"{found[1]}{found[2].lower()}"
    if tidy != text.replace(" ", ""):
        cells.note(column, "unit_case", f"{shown(text)} read as {tidy}")
    return NetContent(MONEY_CONTEXT.multiply(Decimal(found[1]), Decimal(scale)), unit)


def gtin(cells: Cells, column: str) -> str:
    """An EAN or GTIN whose check digit is right; a wrong one is left out with a warning."""
    text = _folded(cells, column)
    if not text:
        return ""
    try:
        return str(ean.validate(text))
    except InvalidLength:
        message, hint = f"barcode {shown(text)} has no length of an EAN (8, 12, 13 or 14 digits)", "check it"
        code = "barcode_length"
    except InvalidChecksum:
        message, code = f"barcode {shown(text)} has a wrong check digit", "barcode_check_digit"
        hint = f"it should end in {ean.calc_check_digit(text[:-1])}"
    except ValidationError:
        message, hint, code = f"barcode {shown(text)} is no EAN", "write digits only", "barcode"
    cells.warn(column, code, f"{message}: left out", hint)
    return ""


def customs(cells: Cells, column: str) -> tuple[str, str]:
    """The six-digit HS code, and the national code where more digits are given."""
    text = _folded(cells, column)
    if not text:
        return "", ""
    code = re.sub(r"[.\-\s]", "", text)
    if not re.fullmatch(r"\d{6}(?:\d{2}){0,2}", code):
        cells.error(column, "hs", f"{shown(text)} is no HS code", "write six digits, like 330499")
        return "", ""
    if code != text:
        cells.note(column, "hs_format", f"HS code {shown(text)} read as {code}")
    if len(code) > 6:
        cells.note(column, "hs_national", f"HS {code[:6]} with national digits {code}")
    return code[:6], code if len(code) > 6 else ""


def country(cells: Cells, column: str) -> str:
    """An ISO 3166-1 alpha-2 code; KR when the cell is empty, empty with a warning when it is not clear."""
    text = _folded(cells, column)
    if not text:
        return "KR"
    if re.fullmatch(r"[A-Z]{2}", text):
        return text
    word = text.lower()
    known = _COUNTRIES.get(word) or _COUNTRIES.get(word.removesuffix("산"))
    if known is None:
        cells.warn(
            column, "origin", f"origin {shown(text)} is not one country", "write its two letters, like KR"
        )
        return ""
    cells.note(column, "origin_word", f"origin {shown(text)} read as {known}")
    return known


_DATES = (
    (re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"), ""),
    (re.compile(r"(?P<y>\d{4})[./](?P<m>\d{1,2})[./](?P<d>\d{1,2})\.?"), "date_dots"),
    (re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"), "date_compact"),
    (re.compile(r"(?P<d>\d{2})/(?P<m>\d{2})/(?P<y>\d{4})"), "date_dmy"),
)
_MONTH = re.compile(r"(\d{4})[-./](\d{1,2})")


def expiry(cells: Cells, column: str, today: date | None) -> str:
    """A best-before date in ISO form, or empty; goods past it are held back. `today` None: not compared."""
    text = _folded(cells, column)
    if not text:
        if cells.has(column):
            cells.warn(column, "expiry_missing", "there is no best-before date", "write it as 2028-03-31")
        return ""
    day = _day(cells, column, text)
    if day is None:
        cells.error(column, "date", f"{shown(text)} is no clear date", "write it as 2028-03-31")
        return ""
    if today is not None and day < today:
        cells.error(column, "expired", f"best before {day} has passed on {today}", "take the goods out")
    return day.isoformat()


def _day(cells: Cells, column: str, text: str) -> date | None:
    try:
        if found := _MONTH.fullmatch(text):
            year, month = int(found[1]), int(found[2])
            day = date(year, month, monthrange(year, month)[1]) if 1 <= month <= 12 else None
            if day is not None:
                cells.warn(column, "date_month_only", f"{shown(text)} read as {day}", "write the day")
            return day
        for pattern, code in _DATES:
            if found := pattern.fullmatch(text):
                # Day and month can only be told apart when one of them is above twelve.
                if code == "date_dmy" and int(found["d"]) <= 12:
                    return None
                day = date(int(found["y"]), int(found["m"]), int(found["d"]))
                if code:
                    cells.note(column, code, f"{shown(text)} read as {day}")
                return day
    except ValueError:
        return None
    return None
