"""Tokens at rest: encrypted when STORESYNC_KEY names a key, readable by the file's owner alone otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from storesync.errors import ConfigError, StateError

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

__all__ = ["VARIABLE", "Cipher"]

VARIABLE: Final = "STORESYNC_KEY"
_MARK = "fernet:"
_MAKE = "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"


class Cipher:
    """Encrypts with the first of some keys and opens with any of them; without keys text stays as it is.

    `keys` are Fernet keys, separated by commas or white space. ConfigError for what is no key; no message shows one.
    """

    def __init__(self, keys: str = "") -> None:
        names = keys.replace(",", " ").split()
        self._fernet = _fernet(names) if names else None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Cipher:
        """The cipher that the environment names."""
        return cls(environ.get(VARIABLE, ""))

    def __repr__(self) -> str:
        return f"Cipher({'encrypting' if self else 'plain'})"

    def __bool__(self) -> bool:
        return self._fernet is not None

    def close(self, text: str) -> str:
        """The text as it is kept."""
        return text if self._fernet is None else _MARK + self._fernet.encrypt(text.encode()).decode()

    def open(self, kept: str, *, what: str) -> str:
        """The text that was kept, also one from before there was a key; StateError when no key of ours opens it."""
        if not kept.startswith(_MARK):
            return kept
        if self._fernet is None:
            raise StateError(f"{what} is encrypted: set {VARIABLE} to the key that it was kept with")
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(kept.removeprefix(_MARK)).decode()
        except InvalidToken:
            raise StateError(
                f"{what} cannot be read: it was kept with another key than those in {VARIABLE}; add the old key behind "
                "the new one, separated by a comma"
            ) from None


def _fernet(keys: list[str]) -> MultiFernet:
    try:
        from cryptography.fernet import Fernet, MultiFernet
    except ModuleNotFoundError:
        raise ConfigError(
            f"{VARIABLE} is set, but the package cryptography is not installed: "
            "install it with `pip install 'storesync[encryption]'`"
        ) from None
    found = []
    for number, key in enumerate(keys, 1):
        try:
            found.append(Fernet(key))
        except ValueError:
            raise ConfigError(f"{VARIABLE}: key {number} is no Fernet key; make one with {_MAKE}") from None
    return MultiFernet(found)
