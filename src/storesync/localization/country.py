"""Names of the countries that goods here come from, in the languages of the markets; source: CLDR 46."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from storesync.localization.locale import language

__all__ = ["country_name", "other_country"]

# Chinese market pages write 韩国 and Vietnamese ones Hàn Quốc: CLDR's short names.
_NAMES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "KR": {"ko": "대한민국", "zh-Hans": "韩国", "zh-Hant": "韓國", "vi": "Hàn Quốc", "en": "South Korea"},
        "CN": {"ko": "중국", "zh-Hans": "中国", "zh-Hant": "中國", "vi": "Trung Quốc", "en": "China"},
        "VN": {"ko": "베트남", "zh-Hans": "越南", "zh-Hant": "越南", "vi": "Việt Nam", "en": "Vietnam"},
        "JP": {"ko": "일본", "zh-Hans": "日本", "zh-Hant": "日本", "vi": "Nhật Bản", "en": "Japan"},
        "US": {"ko": "미국", "zh-Hans": "美国", "zh-Hant": "美國", "vi": "Hoa Kỳ", "en": "United States"},
    }
)  # fmt: skip


def country_name(code: str, locale: str) -> str:
    """The short name of an ISO 3166-1 alpha-2 country in one language; empty when it is not known here."""
    names = _NAMES.get(code.upper(), {})
    return names.get(locale) or names.get(language(locale), "")


def other_country(text: str, code: str, locale: str) -> str:
    """The country that a text names in the place of this one; empty where it names this one, or none that is known."""
    if code.upper() not in _NAMES or country_name(code, locale) in text:
        return ""
    names = (country_name(other, locale) for other in _NAMES if other != code.upper())
    return next((name for name in names if name and name in text), "")
