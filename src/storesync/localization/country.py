"""Names of the countries that goods here come from, in the languages of the markets; source: CLDR 46."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from unicodedata import normalize

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
        "AU": {"ko": "오스트레일리아", "zh-Hans": "澳大利亚", "zh-Hant": "澳洲", "vi": "Australia", "en": "Australia"},
        "BR": {"ko": "브라질", "zh-Hans": "巴西", "zh-Hant": "巴西", "vi": "Brazil", "en": "Brazil"},
        "CA": {"ko": "캐나다", "zh-Hans": "加拿大", "zh-Hant": "加拿大", "vi": "Canada", "en": "Canada"},
        "DE": {"ko": "독일", "zh-Hans": "德国", "zh-Hant": "德國", "vi": "Đức", "en": "Germany"},
        "ES": {"ko": "스페인", "zh-Hans": "西班牙", "zh-Hant": "西班牙", "vi": "Tây Ban Nha", "en": "Spain"},
        "FR": {"ko": "프랑스", "zh-Hans": "法国", "zh-Hant": "法國", "vi": "Pháp", "en": "France"},
        "GB": {"ko": "영국", "zh-Hans": "英国", "zh-Hant": "英國", "vi": "Vương quốc Anh", "en": "United Kingdom"},
        "ID": {"ko": "인도네시아", "zh-Hans": "印度尼西亚", "zh-Hant": "印尼", "vi": "Indonesia", "en": "Indonesia"},
        "IN": {"ko": "인도", "zh-Hans": "印度", "zh-Hant": "印度", "vi": "Ấn Độ", "en": "India"},
        "IT": {"ko": "이탈리아", "zh-Hans": "意大利", "zh-Hant": "義大利", "vi": "Italy", "en": "Italy"},
        "MY": {"ko": "말레이시아", "zh-Hans": "马来西亚", "zh-Hant": "馬來西亞", "vi": "Malaysia", "en": "Malaysia"},
        "NZ": {"ko": "뉴질랜드", "zh-Hans": "新西兰", "zh-Hant": "紐西蘭", "vi": "New Zealand", "en": "New Zealand"},
        "PH": {"ko": "필리핀", "zh-Hans": "菲律宾", "zh-Hant": "菲律賓", "vi": "Philippines", "en": "Philippines"},
        "RU": {"ko": "러시아", "zh-Hans": "俄罗斯", "zh-Hant": "俄羅斯", "vi": "Nga", "en": "Russia"},
        "SG": {"ko": "싱가포르", "zh-Hans": "新加坡", "zh-Hant": "新加坡", "vi": "Singapore", "en": "Singapore"},
        "TH": {"ko": "태국", "zh-Hans": "泰国", "zh-Hant": "泰國", "vi": "Thái Lan", "en": "Thailand"},
    }
)  # fmt: skip


def country_name(code: str, locale: str) -> str:
    """The short name of an ISO 3166-1 alpha-2 country in one language; empty when it is not known here."""
    names = _NAMES.get(code.upper(), {})
    return names.get(locale) or names.get(language(locale), "")


# What people write besides: 大韩民国, Mỹ, Made in Korea, P.R.C.
_OTHERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "KR": ("大韩民国", "南韩", "한국", "korea", "rok"),
        "CN": ("prc", "p.r.c", "中华人民共和国"),
        "US": ("mỹ", "usa", "u.s.a"),
        "GB": ("anh", "uk", "u.k"),
        "ID": ("印尼",),
        "AU": ("úc", "澳洲"),
        "IT": ("ý",),
    }
)


def _named(text: str, code: str, locale: str) -> str:
    """How a text names this country; empty where it does not."""
    said = normalize("NFC", text).casefold()
    names = {country_name(code, locale), *_NAMES[code].values(), *_OTHERS.get(code, ())}
    for name in sorted(
        filter(None, names), key=lambda one: (one != country_name(code, locale), -len(one), one)
    ):
        if (
            re.search(rf"(?<![^\W_\u3400-\u9fff]){re.escape(name.casefold())}(?![^\W_\u3400-\u9fff])", said)
            is not None
        ):
            return name
    return ""


def other_country(text: str, code: str, locale: str) -> str:
    """The country that a text names in the place of this one; empty where it names this one, or none that is known."""
    own = code.upper()
    if own not in _NAMES or _named(text, own, locale):
        return ""
    return next((name for other in _NAMES if other != own and (name := _named(text, other, locale))), "")
