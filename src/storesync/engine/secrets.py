"""What no output may repeat, also before any channel is open."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress

from attrs import fields
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from storesync.config import Config
from storesync.config.secret import is_reference, resolve
from storesync.errors import ConfigError, DriverError
from storesync.registry import driver
from storesync.state.cipher import VARIABLE

__all__ = ["configured_secrets"]


def configured_secrets(config: Config, environ: Mapping[str, str] | None) -> Iterator[str]:
    """What the configuration refers to, as far as it can be read: hidden fields of accounts, keys of sources.

    With them the keys of the tokens, and the password of the state's database.
    """
    keys = (os.environ if environ is None else environ).get(VARIABLE, "")
    yield from keys.replace(",", " ").split()
    with suppress(ConfigError, ArgumentError):
        yield make_url(config.state_url(environ)).password or ""
    sources = config.rates.sources.values() if config.rates is not None else ()
    for asked in (*sources, *config.translators):
        for value in asked.settings.values():
            if isinstance(value, str) and is_reference(value):
                yield from _revealed(config, environ, value)
    for configured in config.channels.values():
        account = config.accounts.get(configured.channel.account)
        if account is None:
            continue
        try:
            kind = driver(configured.channel.driver).account
        except (ConfigError, DriverError):
            continue  # of a driver that is not there nothing can be sent either
        for hidden in fields(kind):
            reference = account.values.get(hidden.name)
            if hidden.repr or not isinstance(reference, str) or not is_reference(reference):
                continue
            yield from _revealed(config, environ, reference)


def _revealed(config: Config, environ: Mapping[str, str] | None, reference: str) -> Iterator[str]:
    with suppress(ConfigError):  # then nothing is there to be told
        yield resolve(reference, folder=config.folder, environ=environ).reveal()
