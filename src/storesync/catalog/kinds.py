"""The kinds of source that a configuration can name."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from storesync.catalog.document import Document
from storesync.catalog.folder import Folder
from storesync.catalog.sheet import Sheet
from storesync.catalog.source import Source
from storesync.errors import ConfigError
from storesync.issues import Issue

__all__ = ["KINDS", "open_source"]

KINDS: Mapping[str, Any] = MappingProxyType({"csv": Folder, "json": Document, "sheet": Sheet})
"""Kind to class: `csv` a folder of tables, `json` one nested document, `sheet` one supplier table."""


def open_source(kind: str, path: Path | str, **settings: Any) -> Source:
    """The source of that kind; nothing is read yet. ConfigError names an unknown kind or setting."""
    make = KINDS.get(kind)
    if make is None:
        near = get_close_matches(kind, KINDS, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(KINDS)}"
        issue = Issue(
            "config.catalog_source", "catalog/source", f"unknown catalog source {kind!r}", hint=hint
        )
        raise ConfigError("the catalog cannot be opened", [issue])
    known = [name for name in inspect.signature(make).parameters if name not in ("path", "folder")]
    issues = []
    for name in settings:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it knows {', '.join(known)}"
            message = f"catalog source {kind!r} has no setting {name!r}"
            issues.append(Issue("config.catalog_setting", f"catalog/{name}", message, hint=hint))
    if issues:
        raise ConfigError("the catalog cannot be opened", issues)
    source: Source = make(path, **settings)
    return source
