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
# A description speaks of other things as well: of what goes over it, of hair that was dyed, of what it washes off.
_IN_PROSE = re.compile(
    r"자외선(?:\s?[ab](?![a-z]))?(?:을|를)?\s?(?:차단|방어|보호|방지|막)|자외선으로부터(?:\s[가-힣]+){0,3}?\s(?:보호|지[켜키]|차단|방어|막)"
    r"|(?<![a-z])uv(?:를|을)?\s?(?:차단|방어|보호)|(?<![a-z])spf\s?\d|(?<![a-z])pa\s?\+|염모제|염색[약제]|탈색제"
    r"|(?:머리|모발)[을를]?\s?(?:염색|탈색)(?:하|해)|새치\s?(?:커버|염색)|탈모(?!\s?(?:인|환자|전문))|발모|육모|퍼머제|펌제|파마약",
    re.IGNORECASE,
)
_BESIDE_IN_PROSE = re.compile(
    r"클렌[징저](?!\s?(?:후|뒤|다음))|리무버|지[우워]|씻어|닦아|(?:염색|탈색|파마|펌)[약제][가-힣]{0,2}\s(?:[가-힣]+\s)?(?:손상|지친|상한|자극)"
    r"|(?:차단제|[선썬]\s?(?:크림|스크린|로션|스틱|쿠션))(?:[를을와과나도의]|이나|까지|\s?(?:전|후|위|뒤|다음|단계|사용|바르))(?!.*필요\s?없)"
    r"|(?:차단|방어|보호|기능|효과|성분|차단제)[가-힣]{0,2}\s?(?:없|않|아닙|아니)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n。]*(?:\.(?=\d)[^.!?\n。]*)*")


def _sentences(product: Product) -> Iterator[tuple[str, str, int, re.Pattern[str]]]:
    """Each sentence that says what the product does: its text, where it begins there, and what leaves it out."""
    own = product.text
    yield own.title, own.title, 0, _BESIDE
    for text in (own.description, *own.points):
        for match in _SENTENCE.finditer(text):
            yield text, match.group(), match.start(), _BESIDE_IN_PROSE


def _said(
    product: Product, pattern: re.Pattern[str], compliance: Compliance, market: str, today: date
) -> tuple[str, str]:
    """What the title or the description says of a function that nobody waived, and where; empty where neither does."""
    for text, sentence, start, beside in _sentences(product):
        if beside.search(sentence) is not None:
            continue
        titled = beside is _BESIDE
        for match in (pattern if titled or pattern is _DOUBTFUL else _IN_PROSE).finditer(sentence):
            span = start + match.start(), start + match.end()
            if not any(
                waiver.counts(today) and waiver.lets(product.key, market, "claim.class", text, *span)
                for waiver in compliance.waivers
            ):
                return match.group(), "title" if titled else "description"
    return "", ""


def is_special(product: Product, compliance: Compliance, market: str, today: date) -> bool:
    """Whether it is a special cosmetic by its Korean function, or by its own title or description."""
    given = product.facts.get("kr_functional", "")
    return _FUNCTIONS.search(given) is not None or any(_said(product, _IN_TITLES, compliance, market, today))


def check_function(product: Product, compliance: Compliance, market: str, today: date) -> Iterator[Issue]:
    """A class that the product's own function, title or description contradicts: a sun cream is no ordinary cosmetic."""
    if class_of(product, market) != "ordinary":
        return
    function = product.facts.get("kr_functional", "")
    for pattern, in_titles, severity in (
        (_FUNCTIONS, _IN_TITLES, Severity.ERROR),
        (_DOUBTFUL, _DOUBTFUL, Severity.WARNING),
    ):
        if pattern.search(function) is not None:
            said, way = f"the function {function!r} (kr_functional)", "correct kr_functional"
        else:
            word, place = _said(product, in_titles, compliance, market, today)
            if not word:
                continue
            said = f"{word!r} in its {place}"
            way = f"name in waivers.csv the words of the {place} in which that means something else"
        yield Issue(
            "claim.class",
            "classes/cn",
            f"cn_class 'ordinary' of {product.key} stands beside {said}, which is that of a special cosmetic in China",
            severity,
            f"write cn_class = special, or {way}",
        )
        return
