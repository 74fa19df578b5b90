"""map, axes: the ways in which variants differ, tied to the market's own axes; never merged silently."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from storesync.issues import Issue
from storesync.model import Attribute, Axis, Category, Choice, Variant
from storesync.prepare.attributes import fold, match, near
from storesync.prepare.remedy import axes_line, axis_line
from storesync.prepare.settings import Settings

__all__ = ["map_axes"]

_JOINT = " / "


def _join(
    axes: tuple[Axis, ...], variants: tuple[Variant, ...], most: int
) -> tuple[tuple[Axis, ...], tuple[Variant, ...]]:
    """The surplus axes folded into the last one that fits; only combinations that exist become choices."""
    kept, surplus = axes[: most - 1], axes[most - 1 :]
    code = "+".join(axis.code for axis in surplus)
    choices: dict[str, Choice] = {}
    joined = []
    for variant in variants:
        parts = [variant.options.get(axis.code, "") for axis in surplus]
        options = {axis.code: variant.options[axis.code] for axis in kept if axis.code in variant.options}
        if all(part in axis.choices for part, axis in zip(parts, surplus, strict=True)):
            value = "+".join(parts)
            texts = [axis.choices[part].text for part, axis in zip(parts, surplus, strict=True)]
            choices[value] = Choice(_JOINT.join(texts))
            options[code] = value
        joined.append(evolve(variant, options=options))
    locales = surplus[0].names
    one = Axis(
        code,
        _JOINT.join(axis.name for axis in surplus),
        "",
        choices,
        {locale: _JOINT.join(axis.names.get(locale, "") for axis in surplus) for locale in locales},
    )
    return (*kept, one), tuple(joined)


def _find(axis: Axis, known: Mapping[str, Attribute], settings: Settings) -> Attribute | None:
    """The market's axis: as the configuration says, else the one with the same name."""
    for name in (axis.code, axis.name):
        if name in settings.axes:
            return known.get(settings.axes[name])
    return next((market for market in known.values() if fold(market.name) == fold(axis.name)), None)


def _choices(axis: Axis, market: Attribute) -> tuple[dict[str, Choice], list[Issue]]:
    choices, issues = {}, []
    for code, choice in axis.choices.items():
        id_ = match(choice.text, market.choices) if choice.text else ""
        if id_:
            choices[code] = Choice(market.choices[id_], id_, market.unit)
            continue
        choices[code] = Choice(choice.text, "", market.unit)
        if choice.text and market.choices and not market.custom:
            issues.append(
                Issue(
                    "map.choice_unknown",
                    f"axes/{axis.code}/choices/{code}",
                    f"{choice.text!r} is none of the values of {market.name} ({market.id}): "
                    + near(choice.text, market.choices),
                    hint="change the option's text to one of these in the option translations",
                )
            )
    return choices, issues


def _tie(axis: Axis, category: Category, settings: Settings) -> tuple[Axis, list[Issue]]:
    """The axis with the market's ids."""
    if not category.axes or not axis.name:  # free axes, or a name that is missing and reported already
        return axis, []
    market = _find(axis, category.axes, settings)
    if market is None:
        names = {id_: f"{known.name} ({id_})" for id_, known in category.axes.items()}
        issue = Issue(
            "map.axis_unknown",
            f"axes/{axis.code}",
            f"category {category.id} has no axis {axis.name!r}; it has {near(axis.name, names)}",
            hint=f"add {axis_line(settings.channel, axis.code)}",
        )
        return axis, [issue]
    choices, issues = _choices(axis, market)
    return evolve(axis, id=market.id, choices=choices), issues


def _same(axis: Axis) -> list[Issue]:
    """Two of the merchant's values that the buyer could not tell apart."""
    seen: dict[str, str] = {}
    issues = []
    for code, choice in axis.choices.items():
        said = choice.id or fold(choice.text)
        if said and said in seen:
            issues.append(
                Issue(
                    "map.choice_same",
                    f"axes/{axis.code}/choices/{code}",
                    f"values {seen[said]!r} and {code!r} both become {choice.text!r}",
                    hint="give them different texts in the option translations",
                )
            )
        seen.setdefault(said, code)
    return issues


def _variants(axes: tuple[Axis, ...], variants: tuple[Variant, ...]) -> list[Issue]:
    """Each variant has one value on each axis, and no two have the same."""
    issues = []
    seen: dict[tuple[str, ...], str] = {}
    for variant in variants:
        path = f"variants/{variant.sku}/options"
        lacking = [axis for axis in axes if variant.options.get(axis.code) not in axis.choices]
        issues += [
            Issue(
                "map.option_missing",
                f"{path}/{axis.code}",
                f"{variant.sku} has no value for {axis.name or axis.code!r}",
                hint="give every variant of the product a value for each of its options",
            )
            for axis in lacking
        ]
        place = tuple(variant.options.get(axis.code, "") for axis in axes)
        if not lacking and place in seen:
            issues.append(
                Issue(
                    "map.variants_same",
                    path,
                    f"{variant.sku} and {seen[place]} have the same options",
                    hint="give them an option in which they differ",
                )
            )
        seen.setdefault(place, variant.sku)
    return issues


def map_axes(
    axes: tuple[Axis, ...],
    variants: tuple[Variant, ...],
    category: Category,
    settings: Settings,
    most: int,
    most_variants: int,
) -> tuple[tuple[Axis, ...], tuple[Variant, ...], list[Issue]]:
    """The axes with the market's ids, and the variants that stand on them.

    More axes than `most` are an issue, unless the configuration says to join the surplus ones.
    """
    issues: list[Issue] = []
    if len(axes) > most:
        if settings.surplus_axes == "join" and most > 0:
            axes, variants = _join(axes, variants, most)
        else:
            names = ", ".join(axis.name or axis.code for axis in axes)
            issues.append(
                Issue(
                    "map.axes_too_many",
                    "axes",
                    f"the product varies by {len(axes)} axes ({names}), category {category.id} takes {most}",
                    hint=f"choose {axes_line(settings.channel)} to join the surplus, or split the product",
                )
            )
    if len(variants) > most_variants:
        issues.append(
            Issue(
                "map.variants_too_many",
                "variants",
                f"the product has {len(variants)} variants, one listing takes {most_variants}",
                hint="split the product, or keep it off this channel with `never`",
            )
        )
    tied = []
    for axis in axes:
        one, found = _tie(axis, category, settings)
        tied.append(one)
        issues += (*found, *_same(one))
    issues += _variants(tuple(tied), variants)
    return tuple(tied), variants, issues
