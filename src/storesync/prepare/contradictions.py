"""check: what a row says of a product and its facts do not, under whatever name: origin, effects, ingredients."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from storesync.issues import Issue, Severity
from storesync.localization import (
    FactNames,
    ReferenceText,
    allergens,
    country_name,
    language,
    matches,
    other_country,
    own_names,
)
from storesync.model import Product
from storesync.prepare.settings import Settings
from storesync.prepare.written import JOINED, parts_of, same, some_of, weight_of

__all__ = ["LISTS_SOME", "added", "from_elsewhere", "named_elsewhere", "not_there", "otherwise"]

LISTS_SOME = re.compile("成[分份]|配料|原料(?!产|来源)|添加物|thành phần|nguyên liệu|ingredient")

# Other names under which labels tell where goods are from, what they do and for whom.
_ORIGIN = re.compile(
    r"^(?!.*(?:thương hiệu|brand))(?:(?:原?产(?:地|国|区)?|(?:生产|制造|出产|出品|原产)(?:国家?|地区?)|国家"
    r"|原产国[(（]地区[)）])$|.*(?:xuất xứ|nước sản xuất|nơi sản xuất|sản xuất tại|made in|nguồn gốc|quốc gia|origin))"
)
_EFFICACY = re.compile("功[效能]|作用|công dụng|tác dụng|chức năng|hiệu quả")
_SUITS = re.compile("[肤皮发][质肤型]|肌肤|皮肤类型|loại (?:da|tóc)|(?:phù hợp|dành cho).*(?:da|tóc)")
_SHARE = re.compile(r"(\d+(?:[.,]\d+)?)\s?[%％]")
# What a list of a food says besides names.
_BESIDE = re.compile(
    r"^(?:配料表?|成分|原料|主要|全部|thành phần|nguyên liệu|gồm|bao gồm|含有?|等)+[:：]?|等$|[\d.,]+\s?%"
)


_NOTHING = frozenset({"无", "没有", "无添加", "不添加", "không", "không có"})


def from_elsewhere(
    product: Product, delivered: ReferenceText, locale: str, shown: dict[str, str], names: FactNames
) -> Iterator[Issue]:
    """Another country, under whichever name; raw material may come from anywhere."""
    for name, value in shown.items():
        if name != names.origin and _ORIGIN.search(name.casefold()) is None:
            continue
        if other := other_country(value, product.origin, locale):
            yield Issue(
                "text.fact_strange",
                f"texts/{locale}/attributes/{name}",
                f"the {locale} texts of {product.key} name {other} under {name!r}; its origin is {product.origin}",
                Severity.ERROR,
                f"write {country_name(product.origin, locale)}, or correct origin_country",
                delivered.at or product.at,
            )


def otherwise(
    product: Product,
    delivered: ReferenceText,
    locale: str,
    shown: dict[str, str],
    names: FactNames,
    settings: Settings,
) -> Iterator[Issue]:
    """What a row says of the effect of goods, and of the skin or hair that they are for, which their keys do not say.

    A word of the vocabulary for another key, or the name of another effect in the market's own rules, holds; of other
    words nobody can tell, which is a warning, whoever approved them.
    """
    reference, packs = settings.reference, settings.compliance.packs if settings.compliance else {}
    classes = [one for pack in packs.values() for one in (*pack.special, *pack.efficacy)]
    kinds = (
        ("efficacy", {names.efficacy}, _EFFICACY),
        ("skin_type", {names.skin_type, names.hair_type}, _SUITS),
    )
    for kind, usual, others in kinds:
        keys = [key for key in product.keys.get(kind, ()) if key != "na"]
        own = [word for key in keys if (word := reference.word(kind, key, locale))]
        if not own or len(own) < len(keys):
            continue
        words = [
            word for key in reference.vocabulary.get(kind, {}) if (word := reference.word(kind, key, locale))
        ]
        words += classes if kind == "efficacy" and language(locale) == "zh" else []
        for name, value in shown.items():
            if name not in usual and (name in _known_names(names) or others.search(name.casefold()) is None):
                continue
            rest = same(value)
            for word in sorted(own, key=len, reverse=True):
                rest = rest.replace(same(word), "\n")
            strange = next((one for one in sorted(words, key=len, reverse=True) if same(one) in rest), "")
            nothing = name in usual and "\n" not in rest and not any(_alike(one, value) for one in own)
            if strange or nothing:
                yield Issue(
                    "text.fact_strange",
                    f"texts/{locale}/attributes/{name}",
                    f"the {locale} texts of {product.key} say {strange or value!r} under {name!r}; its row says "
                    f"{', '.join(own)}",
                    Severity.ERROR if strange else Severity.WARNING,
                    f"write {', '.join(own)}, or correct {kind} of the product",
                    delivered.at or product.at,
                )


def _alike(word: str, value: str) -> bool:
    """Whether a value begins a word of the table otherwise than that does: 干性 is 干性肤质, 所有肌肤 所有肤质."""
    own, said = same(word), same(value)
    return own[:2] in said or said in own


def _known_names(names: FactNames) -> frozenset[str]:
    return frozenset(
        {names.brand, names.origin, names.content, names.storage, names.allergens, *names.every_list}
    )


def not_there(
    product: Product, delivered: ReferenceText, locale: str, shown: dict[str, str]
) -> Iterator[Issue]:
    """A text of which nobody said so in the source that says of an allergen of the product that it is not in it."""
    given = product.facts.get("allergens", "")
    if not given or not matches(product.locale, "ko"):
        return
    own, text = allergens(given, product.locale), product.text
    said = "\n".join((text.title, text.description, *text.points))
    excused = allergens(said, product.locale).denied
    places = {"title": delivered.title, "short_description": delivered.short_description}
    places |= {f"attributes/{name}": value for name, value in shown.items()}
    for place, value in places.items():
        no = allergens(value, locale)
        wrong = [word for group, word in own.told.items() if no.only_denied(group) and group not in excused]
        if wrong:
            yield Issue(
                "text.fact_strange",
                f"texts/{locale}/{place}",
                f"the {locale} texts of {product.key} say that {some_of(wrong)} is not in it: {value!r}; its "
                f"allergens are {given!r}",
                Severity.ERROR,
                "say what is in it, or correct the allergens of the product",
                delivered.at or product.at,
            )


def added(
    product: Product, delivered: ReferenceText, locale: str, value: str, source: str, told: str, path: str
) -> Iterator[Issue]:
    """What the list of a food names beside its ingredients, or calls otherwise than the table does.

    Without a table allergens are known by name, and shares by their figures; of other names their number is compared.
    """
    at, ours = delivered.at or product.at, {one.replace(",", ".") for one in _SHARE.findall(source)}
    grave, unsure = Severity.ERROR, weight_of(delivered, grave=False)
    strange: list[tuple[str, Severity, str]] = []
    if shares := [one for one in _SHARE.findall(value) if one.replace(",", ".") not in ours and ours]:
        strange.append((f"{some_of(shares)} % of something", grave, "write the shares of the source"))
    own = f"{source}\n{product.facts.get('allergens', '')}"
    said, shown = allergens(own, product.locale), allergens(value, locale)
    if told:
        known = allergens(told, locale).told.keys() | said.told.keys()
        names = [_bare(one) for one in parts_of(told)]
        others = [one for one in parts_of(value, JOINED) if (bare := _bare(one)) and not _among(bare, names)]
        lost = [one for one in names if not _among(one, [_bare(part) for part in parts_of(value, JOINED)])]
        more = [word for group, word in shown.told.items() if group not in known]
        if others or more:
            strange.append(
                (some_of(others or more), grave, f"write {told}, or correct its row in vocabulary.csv")
            )
        elif lost:
            strange.append(
                (f"no {some_of(lost)}", grave, f"write {told}, or correct its row in vocabulary.csv")
            )
    elif matches(product.locale, "ko"):
        if lost := [
            word for group, word in allergens(source, product.locale).told.items() if group not in shown.told
        ]:
            strange.append((f"no {some_of(lost)}", grave, "name every ingredient of the source"))
        plain = allergens("\n".join(parts_of(value)), locale)
        if more := [word for group, word in plain.told.items() if group not in said.told]:
            strange.append((some_of(more), unsure, "name the ingredients of the source"))
        elif (here := len(parts_of(value))) > (count := len(parts_of(source))):
            strange.append((f"{here} ingredients for {count}", unsure, "name the ingredients of the source"))
    for words, severity, way in strange:
        yield Issue(
            "text.fact_strange",
            path,
            f"the {locale} texts of {product.key} name {words} under {path.rpartition('/')[2]!r}: "
            f"{value!r} for {source!r}",
            severity,
            way,
            at,
        )


def named_elsewhere(
    product: Product, delivered: ReferenceText, locale: str, told: str, shown: dict[str, str]
) -> Iterator[Issue]:
    """What a list of some ingredients of a food (主要原料) names that the table does not."""
    names = [_bare(one) for one in parts_of(told)]
    for name in own_names(shown, locale) if told else ():
        if LISTS_SOME.search(name.casefold()) is None:
            continue
        strange = [
            one for one in parts_of(shown[name], JOINED) if (bare := _bare(one)) and not _among(bare, names)
        ]
        if strange and same(shown[name]) not in _NOTHING:
            yield Issue(
                "text.fact_strange",
                f"texts/{locale}/attributes/{name}",
                f"the {locale} texts of {product.key} name {some_of(strange)} under {name!r}: none of its ingredients",
                Severity.WARNING,
                f"name some of {told}, or correct its row in vocabulary.csv",
                delivered.at or product.at,
            )


def _bare(part: str) -> str:
    """A name without its share and without what only introduces it."""
    return _BESIDE.sub("", same(part)).strip(" :")


def _among(name: str, names: Sequence[str]) -> bool:
    """Whether one of the names is this one, a part of it or the whole of which it is a part."""
    return any(name in one or one in name for one in names if one)
