"""Whether a cosmetic is a special one in China by what it does, whatever its class and its Chinese texts say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from storesync.compliance.claims import Compliance
from storesync.compliance.kinds import class_of
from storesync.issues import Issue, Severity
from storesync.model import Product

__all__ = ["check_function", "is_special"]

# CN-CSAR-16 [U]: hair dye, perm, sunscreen, anti hair loss. What brightens is special only where a text says so, which
# the terms look for.
_FUNCTIONS = re.compile("자외선|염모|탈색|탈염|탈모|퍼머|펌")
_DOUBTFUL = re.compile("미백|화이트닝|기미|잡티")
_FORM = (
    "크림|블록|블럭|스틱|로션|젤|겔|에센스|세럼|밀크|스프레이|쿠션|팩트|밤|스크린"
    "|케어|프로텍|베이스|플루이드|무스|파우더|앰플|오일"
)
# 신선크림 is fresh, 주름개선 크림 against wrinkles; 염색모 샴푸 is for hair that is dyed, 펌프 a pump.
_IN_TITLES = re.compile(
    rf"(?:(?<![신우생직개시곡노유무엄특최])선|썬)\s?(?:{_FORM})"
    r"|자외선\s?(?:차단|방어|보호|방지)|(?<![a-z])uv(?![a-z])(?!\s?(?:젤|네일|램프|led|탑))|(?<![a-z])spf\s?\d"
    r"|(?:염색|탈색)(?!\s?(?:모(?![가-힣]*제)|머리|후|한|된|손상|유지|전용|케어))|염모|새치\s?(?:커버|염색|머리\s?염색|샴푸)"
    r"|헤어\s?(?:컬러(?!\s?(?:케어|보호|유지|프로텍))|칼라|다이|블리치|매니큐어)|탈모|발모|육모|모발\s?성장"
    r"|퍼머|파마(?!자)|펌\s?(?:제|약|로션|크림)|(?:셀프|매직|스트레이트|속눈썹)\s?펌(?!프|핑)",
    re.IGNORECASE,
)
# What takes it off, and what it is put on with.
_BESIDE = re.compile(r"클렌[징저]|리무버|지우는|제거|전용\s?(?:퍼프|브러시|브러쉬|용기|케이스)")


def _said(
    product: Product, pattern: re.Pattern[str], compliance: Compliance, market: str, today: date
) -> str:
    """What the title says of a function that nobody waived; empty where it says none."""
    title = product.text.title
    if _BESIDE.search(title) is not None:
        return ""
    for match in pattern.finditer(title):
        if not any(
            waiver.counts(today)
            and waiver.lets(product.key, market, "claim.class", title, match.start(), match.end())
            for waiver in compliance.waivers
        ):
            return match.group()
    return ""


def is_special(product: Product, compliance: Compliance, market: str, today: date) -> bool:
    """Whether it is a special cosmetic by its Korean function or by its own title."""
    given = product.facts.get("kr_functional", "")
    return _FUNCTIONS.search(given) is not None or bool(_said(product, _IN_TITLES, compliance, market, today))


def check_function(product: Product, compliance: Compliance, market: str, today: date) -> Iterator[Issue]:
    """A class that the product's own function or title contradicts: a sun cream is no ordinary cosmetic."""
    if class_of(product, market) != "ordinary":
        return
    function = product.facts.get("kr_functional", "")
    for pattern, in_titles, severity in (
        (_FUNCTIONS, _IN_TITLES, Severity.ERROR),
        (_DOUBTFUL, _DOUBTFUL, Severity.WARNING),
    ):
        if pattern.search(function) is not None:
            said, way = f"the function {function!r} (kr_functional)", "correct kr_functional"
        elif word := _said(product, in_titles, compliance, market, today):
            said = f"{word!r} in its title"
            way = "name in waivers.csv the words of the title in which that means something else"
        else:
            continue
        yield Issue(
            "claim.class",
            "classes/cn",
            f"cn_class 'ordinary' of {product.key} stands beside {said}, which is that of a special cosmetic in China",
            severity,
            f"write cn_class = special, or {way}",
        )
        return
