"""What no output may repeat, also before any channel is open."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from attrs import fields

from storesync.config import Config
from storesync.config.secret import is_reference, resolve
from storesync.errors import ConfigError, DriverError
from storesync.registry import driver
from storesync.state.cipher import VARIABLE

__all__ = ["configured_secrets"]


def configured_secrets(config: Config, environ: Mapping[str, str] | None) -> Iterator[str]:
    """The keys of the tokens, and the hidden fields of every account as far as their references can be read."""
    keys = (os.environ if environ is None else environ).get(VARIABLE, "")
    yield from keys.replace(",", " ").split()
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
            try:
                yield resolve(reference, folder=config.folder, environ=environ).reveal()
            except ConfigError:
                continue  # nothing is there to be told
