"""What frozen values may hold: mappings that nobody changes, figures that are exact."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attrs import Attribute

__all__ = ["exact", "frozen_map"]


def exact(instance: Any, attribute: Attribute[Any], value: Any) -> None:
    """A validator for figures: TypeError for a float, alone or among others, which is never the figure that was meant."""
    for one in value if isinstance(value, tuple) else (value,):
        if isinstance(one, float):
            raise TypeError(
                f"{attribute.name} {one!r} of {type(instance).__name__} is a float: use an exact figure"
            )


# Not generic: mypy's attrs plugin cannot solve type variables of a converter; the field's own type still holds.
def frozen_map(mapping: Mapping[str, Any]) -> Mapping[str, Any]:
    """A read-only copy: what the caller does to its own dict later changes nothing here."""
    return mapping if type(mapping) is MappingProxyType else MappingProxyType(dict(mapping))
