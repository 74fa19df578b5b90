"""Long descriptions, composed in the market's language from short, approved parts.

The sample catalog has no translated long description. A template says in which order its parts stand and
under which headings; every word of it is the market's own language, so nothing untranslated can enter.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, frozen

from storesync.localization.locale import language

__all__ = ["TEMPLATES", "Template", "compose", "template_for"]


@frozen(kw_only=True)
class Template:
    """How a description is laid out in one language.

    `ingredients`, `storage` and `warnings` are the localized attribute names whose values get a section of
    their own; all other attributes are listed under `facts`. `colon` stands between name and value.
    """

    facts: str
    colon: str
    ingredients: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    storage: tuple[str, ...] = field(default=(), converter=tuple[str, ...])
    warnings: tuple[str, ...] = field(default=(), converter=tuple[str, ...])


TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {
        "zh-Hans": Template(
            facts="产品信息",
            colon="：",
            ingredients=("成分", "配料"),
            storage=("储存方式",),
            warnings=("致敏物质",),
        ),
        "vi": Template(
            facts="Thông tin sản phẩm",
            colon=": ",
            ingredients=("Thành phần (INCI)", "Thành phần"),
            storage=("Bảo quản",),
            warnings=("Chất gây dị ứng",),
        ),
        "en": Template(
            facts="Product details",
            colon=": ",
            ingredients=("Ingredients (INCI)", "Ingredients"),
            storage=("Storage",),
            warnings=("Allergens",),
        ),
        "ko": Template(
            facts="상품 정보",
            colon=": ",
            ingredients=("전성분", "원재료명"),
            storage=("보관 방법",),
            warnings=("알레르기 유발 물질",),
        ),
    }
)


def compose(short: str, attributes: Mapping[str, str], template: Template) -> str:
    """Plain text: the short description, the facts, then ingredients, allergens and storage.

    Lines end with a line feed, an empty line parts two paragraphs. Drivers whose market takes HTML make it
    from this.
    """
    apart = (*template.ingredients, *template.warnings, *template.storage)
    facts = [
        f"{name}{template.colon}{value}" for name, value in attributes.items() if value and name not in apart
    ]
    sections = [short.strip()] if short.strip() else []
    if facts:
        sections.append("\n".join((template.facts, *facts)))
    sections += [f"{name}{template.colon}{attributes[name]}" for name in apart if attributes.get(name)]
    return "\n\n".join(sections)


def template_for(locale: str, templates: Mapping[str, Template] = TEMPLATES) -> Template | None:
    """The template of a locale, else of its language, else None."""
    return templates.get(locale) or templates.get(language(locale))
