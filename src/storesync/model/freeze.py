"""Read-only mappings for frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["frozen_map"]


# Not generic: mypy's attrs plugin cannot solve type variables of a converter; the field's own type still holds.
def frozen_map(mapping: Mapping[str, Any]) -> Mapping[str, Any]:
    """A read-only copy: what the caller does to its own dict later changes nothing here."""
    return mapping if type(mapping) is MappingProxyType else MappingProxyType(dict(mapping))
