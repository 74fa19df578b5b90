"""`[prices.NAME]` tables of the configuration → policy books."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from storesync.issues import Issue, Issues
from storesync.pricing.book import PolicyBook, Refinement, Scope
from storesync.pricing.contradiction import WORDS, stage_of
from storesync.pricing.currency import currency
from storesync.pricing.ending import Ending
from storesync.pricing.fee import Fee
from storesync.pricing.policy import AddOn, Guards, Policy, RateRules, Tax, WeightStep
from storesync.pricing.tomltable import Locate, Read, TomlTable, nearest

__all__ = ["policies_from"]


def _word(name: str) -> Read:
    words = tuple(word for word in WORDS[name] if word)
    return lambda table, key, value: table.one_of(key, value, words)


def _nested(readers: Mapping[str, Read]) -> Read:
    def read(table: TomlTable, key: str, value: Any) -> Any:
        inner = table.inner(key, value)
        return None if inner is None else inner.read(readers)

    return read


def _names(table: TomlTable, key: str, value: Any) -> Any:
    if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
        return tuple(value)
    table.wrong(key, f"{key} is {value!r}, not a list of names", f'write {key} = ["EUR", "USD"]')
    return None


def _amount(table: TomlTable, key: str, value: Any) -> Any:
    return table.decimal(key, value, 'an amount is digits and a point, in quotes: "9.90"')


def _ending(table: TomlTable, key: str, value: Any) -> Any:
    if value == "usual":
        return value
    inner = table.inner(key, value)
    if inner is None:
        return None
    values = inner.read(
        {
            "modulus": _amount,
            "endings": _decimals,
            "mode": _word("rounding"),
            "inclusive": TomlTable.flag,
        }
    )
    for name in ("modulus", "endings"):
        if name not in inner.data:
            inner.wrong(
                name, f"{name} is missing", 'such as { modulus = "10", endings = ["9"], mode = "up" }'
            )
    return Ending(**values) if {"modulus", "endings"} <= values.keys() else None


def _decimals(table: TomlTable, key: str, value: Any) -> Any:
    if not isinstance(value, list | tuple):
        table.wrong(key, f"{key} is {value!r}, not a list", f'write {key} = ["9"]')
        return None
    numbers = [_amount(table, key, one) for one in value]
    return None if None in numbers else tuple(numbers)


def _addons(table: TomlTable, key: str, value: Any) -> Any:
    found: list[AddOn] = []
    for row in table.rows(key, value):
        values = row.read({"name": TomlTable.text, "amount": _amount})
        if "amount" not in row.data:
            row.wrong("amount", "amount is missing", 'write { name = "packing", amount = "1500" }')
        if "amount" in values:
            found.append(AddOn(values.get("name", f"add-on {len(found) + 1}"), values["amount"]))
    return tuple(found)


def _freight(table: TomlTable, key: str, value: Any) -> Any:
    found = []
    for row in table.rows(key, value):
        values = row.read({"up_to_g": TomlTable.whole, "amount": _amount})
        if "amount" not in row.data:
            row.wrong("amount", "amount is missing", 'write { up_to_g = 500, amount = "3000" }')
        if "amount" in values:
            found.append(WeightStep(values["amount"], values.get("up_to_g")))
    return tuple(found)


def _fee(row: TomlTable) -> Fee | None:
    values = row.read(
        {
            "name": TomlTable.text,
            "rate": TomlTable.decimal,
            "cap": _amount,
            "fixed": _amount,
            "valid_until": TomlTable.day,
        }
    )
    if "name" not in row.data:
        row.wrong("name", "a fee has no name", 'write { name = "commission", rate = "0.05" }')
        return None
    if "rate" not in row.data and "fixed" not in row.data:
        row.wrong("rate", f"fee {row.data['name']!r} has neither rate nor fixed", 'write rate = "0.05"')
        return None
    return Fee(**values) if "name" in values else None


def _fees_reader(profiles: Mapping[str, Any]) -> Read:
    def read(table: TomlTable, key: str, value: Any) -> Any:
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list | tuple):
            table.wrong(
                key,
                f"{key} is {value!r}, not a list of fees",
                'write fees = [ { name = "…", rate = "0.05" } ]',
            )
            return None
        found: list[Fee | None] = []
        for place, one in enumerate(value):
            if isinstance(one, str):
                found += _profile(table, key, one, profiles)
                continue
            row = table.inner(f"{key}.{place}", one)
            found.append(None if row is None else _fee(row))
        fees = tuple(fee for fee in found if fee is not None)
        for name in dict.fromkeys(fee.name for fee in fees):
            if (times := sum(fee.name == name for fee in fees)) > 1:
                told = f"fee {name!r} is listed {times} times: it would be taken {times} times"
                table.wrong(key, told, "leave one out, or give it another name", "price.fee")
        return fees

    return read


def _profile(table: TomlTable, key: str, name: str, profiles: Mapping[str, Any]) -> list[Fee | None]:
    if name not in profiles:
        near = nearest(name, profiles)
        known = ", ".join(sorted(profiles)) or "none"
        hint = f"did you mean {near!r}?" if near else f"add [fees.{name}]; known profiles: {known}"
        table.wrong(key, f"fee profile {name!r} is unknown", hint, "price.unknown_fee")
        return []
    profile = TomlTable(
        data={
            "rates": profiles[name].get("rates") if isinstance(profiles[name], Mapping) else profiles[name]
        },
        path=f"fees.{name}",
        at=table.at,
        locate=table.locate,
        label=lambda path, _: f"{table.label(table.path, key)}[{path}] ",
        issues=table.issues,
    )
    return [_fee(row) for row in profile.rows("rates", profile.data["rates"])]


_TAX: Mapping[str, Read] = {
    "mode": _word("tax.mode"),
    "duty": TomlTable.decimal,
    "duty_until": TomlTable.day,
    "vat": TomlTable.decimal,
    "vat_until": TomlTable.day,
    "consumption": TomlTable.decimal,
    "on": _word("tax.on"),
    "regime": _word("tax.regime"),
    "agreement": _word("tax.agreement"),
    "measure": _word("tax.measure"),
}
_GUARDS: Mapping[str, Read] = {
    **dict.fromkeys(("max_change", "min_margin", "max_discount", "cliff"), TomlTable.decimal),
    **dict.fromkeys(("min_price", "max_price"), _amount),
}
_RATE: Mapping[str, Read] = {
    "kind": _word("rate.kind"),
    "floor_kind": _word("rate.floor_kind"),
    "warn_after": TomlTable.whole,
    "max_business_days": TomlTable.whole,
    "max_calendar_days": TomlTable.whole,
    "max_skew_days": TomlTable.whole,
    "min_digits": TomlTable.whole,
    "pivots": _names,
}


def _readers(profiles: Mapping[str, Any]) -> dict[str, Read]:
    return {
        "valid_from": TomlTable.day,
        "valid_until": TomlTable.day,
        "base": _amount,
        "fixed": _amount,
        "source_vat": TomlTable.decimal,
        "markup": TomlTable.decimal,
        "addons": _addons,
        "packing": _amount,
        "freight": _freight,
        "fx_buffer": TomlTable.decimal,
        "rate": _nested(_RATE),
        "tax": _nested(_TAX),
        "fees": _fees_reader(profiles),
        "step": _amount,
        "rounding": _word("rounding"),
        "ending": _ending,
        "digits": TomlTable.whole,
        "guards": _nested(_GUARDS),
        "compare_at": _word("compare_at"),
        "quiet": TomlTable.decimal,
    }


_OWN = ("currency", "home")
_PARTS = ("channel", "category", "product", "variant")
_LISTS = ("periods", "refine")


def _usual(values: dict[str, Any], code: str, table: TomlTable) -> None:
    if values.get("ending") == "usual":
        usual = currency(code).ending
        if usual is None:
            table.wrong("ending", f"{code} has no usual ending", 'write { modulus = "10", endings = ["9"] }')
            del values["ending"]
        else:
            values["ending"] = usual
    ending, rounding = values.get("ending"), values.get("rounding")
    if isinstance(ending, Ending) and rounding is not None and rounding != ending.mode:
        told = f'rounding = "{rounding}" and an ending with mode = "{ending.mode}" cannot both hold'
        table.wrong(
            "rounding", told, "leave rounding out: it is for a step, an ending has its mode", "price.ending"
        )


def _instead(changes: Mapping[str, Any]) -> None:
    """What a table says of a tax stands in place of what it would inherit, not beside it."""
    tax = changes.get("tax", {})
    stated = frozenset(tax)
    # A figure that is given anew has an end of its own, or none.
    for key in {"vat", "duty"} & stated:
        tax.setdefault(f"{key}_until", None)
    if "duty" in stated:
        tax.setdefault("agreement", "")
    elif "agreement" in stated:
        tax.setdefault("duty", None)
        tax.setdefault("duty_until", None)


def _refinement(row: TomlTable, readers: Mapping[str, Read], code: str) -> Refinement | None:
    where = row.inner("where", row.data.get("where"))
    if where is None:
        return None
    scope = where.read(dict.fromkeys(_PARTS, TomlTable.text))
    if not scope:
        where.wrong("", "where names nothing", 'write where = { category = "C-MSK" }')
        return None
    values = row.read(readers, also=("where",))
    _usual(values, code, row)
    _instead(values)
    return Refinement(scope=Scope(**scope), fields=values, at=row.place())


def _refuse_idle_tax(table: TomlTable) -> None:
    """An issue for a tax that nobody is said to bear: a VAT that was written down would be left out in silence."""
    rows = [table.data]
    for name in _LISTS:
        given = table.data.get(name)
        rows += [row for row in given if isinstance(row, Mapping)] if isinstance(given, list | tuple) else []
    taxes = [row["tax"] for row in rows if isinstance(row.get("tax"), Mapping)]
    if taxes and not any("mode" in tax for tax in taxes):
        told = f"tax gives {', '.join(dict.fromkeys(key for tax in taxes for key in tax))}, but no mode"
        table.wrong(
            "tax", f"{told}: nobody is said to bear it", 'write mode = "included", "buyer_pays" or "none"'
        )


def _places(table: TomlTable) -> dict[str, str]:
    found = {}
    for key, value in table.data.items():
        keys = [f"{key}.{inner}" for inner in value] if isinstance(value, Mapping) else [key]
        found.update({one: place for one in keys if (place := table.locate(f"{table.path}.{one}"))})
    return found


def _book(name: str, table: TomlTable, profiles: Mapping[str, Any]) -> PolicyBook | None:
    before = len(table.issues)
    readers = _readers(profiles)
    own: dict[str, Read] = dict.fromkeys(_OWN, TomlTable.text)
    values = table.read({**own, **readers}, also=_LISTS)
    if "currency" not in table.data:
        table.wrong("currency", "currency is missing", 'write currency = "CNY"', "price.config_value")
    for key in _OWN:
        try:
            currency(values.get(key, "KRW"))
        except ValueError as error:
            table.wrong(key, str(error), "use an ISO 4217 code that is listed", "price.unknown_currency")
    _refuse_idle_tax(table)
    if len(table.issues) > before or "currency" not in values:
        return None
    code = values["currency"]
    _usual(values, code, table)
    nested = {key: values.pop(key) for key in ("tax", "guards", "rate") if key in values}
    root = Policy(
        name=name,
        **values,
        tax=Tax(**nested.get("tax", {})),
        guards=Guards(**nested.get("guards", {})),
        rate=RateRules(**nested.get("rate", {})),
        at=table.place(),
        places=_places(table),
    )
    policies = [root]
    if "periods" in table.data:
        # A policy with days of its own is the first period; without, it only says what all of them share.
        policies = [root] if root.valid_from or root.valid_until else []
        shared = evolve(root, valid_from=None, valid_until=None)
        for row in table.rows("periods", table.data["periods"]):
            changes = row.read(readers)
            _usual(changes, code, row)
            _instead(changes)
            for key in ("tax", "guards", "rate"):
                if key in changes:
                    changes[key] = evolve(getattr(root, key), **changes[key])
            policies.append(evolve(shared, **changes, at=row.place(), places={**root.places, **_places(row)}))
    refinements = [
        _refinement(row, readers, code) for row in table.rows("refine", table.data.get("refine", []))
    ]
    if len(table.issues) > before:
        return None
    kept = tuple(refinement for refinement in refinements if refinement is not None)
    return PolicyBook(name=name, policies=tuple(policies), refinements=kept, at=table.place())


def _label(data: Mapping[str, Any]) -> Callable[[str, str], str]:
    """How findings about these tables begin: policy, stage and the variants that they are about."""

    def label(path: str, key: str) -> str:
        _, name, *rest = f"{path}.{key}".rstrip(".").split(".")
        scope = Scope()
        if rest[:1] in (["refine"], ["periods"]) and rest[1:]:
            rows, place, rest = data[name][rest[0]], int(rest[1]), rest[2:]
            where = rows[place].get("where") if isinstance(rows[place], Mapping) else None
            scope = _scope(where) if isinstance(where, Mapping) else scope
        return f"policy {name!r}, stage {stage_of(rest[0] if rest else '')!r}, {scope.variants}: "

    return label


def _scope(where: Mapping[str, Any]) -> Scope:
    return Scope(**{key: str(where[key]) for key in _PARTS if key in where})


def policies_from(
    data: Mapping[str, Any],
    *,
    at: str,
    fees: Mapping[str, Any] | None = None,
    locate: Locate | None = None,
) -> tuple[Mapping[str, PolicyBook], Issues]:
    """The policy books in the tables under `[prices]`, by name, and every finding in them.

    A book with an error is left out. `fees` are the tables under `[fees]`, which policies may name; `at` is
    the file, and `locate` gives the line of a dotted key (`prices.vn.tax.vat`) where the caller knows it.
    """
    issues: list[Issue] = []
    top = TomlTable(data=data, path="prices", at=at, label=_label(data), issues=issues)
    if locate is not None:
        top.locate = locate
    books: dict[str, PolicyBook] = {}
    for name, value in data.items():
        table = top.inner(name, value)
        book = None if table is None else _book(name, table, fees or {})
        if book is None:
            continue
        found = book.findings()
        issues += found
        if not found.errors:
            books[name] = book
    return books, Issues(tuple(issues))
