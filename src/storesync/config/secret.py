"""Secrets stand outside the configuration: it names them; they are fetched when an account is opened."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from attrs import field, frozen

from storesync.errors import ConfigError

__all__ = ["Secret", "is_reference", "resolve"]

_REFERENCE = re.compile(r"(env|file|keyring):(.+)", re.DOTALL)
_MOST = 65_536  # bytes; a larger file is no secret


@frozen(repr=False)
class Secret:
    """A value that is never shown: not by print, not in a message, not in a log."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The value itself; the one place where it can be read."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"


def is_reference(text: str) -> bool:
    """Whether this names a secret (`env:NAME`, `file:path`, `keyring:service/name`)."""
    return _REFERENCE.fullmatch(text) is not None


def resolve(reference: str, *, folder: Path, environ: Mapping[str, str] | None = None) -> Secret:
    """The secret that a reference names; ConfigError says what is missing, never what was found.

    A relative file is under `folder`; white space at the end of a file does not count.
    """
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ConfigError("this is no reference: write env:NAME, file:path or keyring:service/name")
    kind, name = found[1], found[2]
    if kind == "env":
        value = (os.environ if environ is None else environ).get(name, "")
        missing = f"the environment variable {name} is not set"
    elif kind == "file":
        value, missing = _from_file(folder / name, name)
    else:
        value, missing = _from_keyring(name)
    if not value:
        raise ConfigError(missing)
    return Secret(value)


def _from_file(path: Path, name: str) -> tuple[str, str]:
    try:
        if path.stat().st_size > _MOST:
            return "", f"the file {name} is too large for a secret"
        return path.read_text(encoding="utf-8").rstrip(), f"the file {name} is empty"
    except OSError as error:
        return "", f"the file {name} cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        return "", f"the file {name} is no text"


def _from_keyring(name: str) -> tuple[str, str]:
    service, slash, user = name.rpartition("/")
    if not slash:
        return "", f"keyring:{name} names no service: write keyring:service/name"
    try:
        # Not an extra of ours: whoever uses a keyring brings the package and its backend.
        keyring = import_module("keyring")
        errors = import_module("keyring.errors")
    except ImportError:
        return "", "the package keyring is not installed: pip install keyring"
    try:
        value: str | None = keyring.get_password(service, user)
    except errors.KeyringError as error:
        return "", f"the keyring does not open: {type(error).__name__}"
    return value or "", f"the keyring has no {user!r} for service {service!r}"
