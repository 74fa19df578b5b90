"""Accounts and shops of a driver, filled from the configuration; secrets only where they are used."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from attrs import field, frozen

import storesync.driver as sd
from storesync.config import AccountConfig, ChannelConfig, Secret, account_from, resolve, shop_from
from storesync.errors import ConfigError
from storesync.model import Channel, Market

CN = Market("CN", ("zh-Hans",), "CNY")


@frozen(kw_only=True)
class Account:
    """An account as a driver declares it."""

    app_key: str = field(metadata=sd.APP)
    secret: str = field(repr=False)
    shop_id: int = 0
    expires: datetime | None = None
    method: Literal["md5", "hmac"] = field(default="hmac")

    @secret.validator
    def _long(self, _: object, value: str) -> None:
        if len(value) < 4:
            raise ValueError(f"secret {value!r} is too short")


@frozen(kw_only=True)
class Shop(sd.Shop):
    """A shop as a driver declares it."""

    folder: str = "0"
    region: str = field(default="", metadata=sd.FOUND)
    ratio: float = 1.0
    lists: tuple[str, ...] = ()


def account(values: dict[str, Any], environ: dict[str, str], folder: Path = Path()) -> Any:
    """What account_from gives for these values."""
    config = AccountConfig(name="shared", values=values, at="storesync.toml:9:shared")
    return account_from(Account, config, channel="tmall-cn", folder=folder, environ=environ)


def shop(**settings: Any) -> Any:
    """What shop_from gives for these settings."""
    channel = Channel(name="tmall-cn", driver="tmall", markets=(CN,), settings=settings)
    return shop_from(Shop, ChannelConfig(channel=channel, at="storesync.toml:3:tmall-cn"))


def test_an_account_gets_its_secrets_from_where_they_are_kept(tmp_path: Path) -> None:
    """Environment and file, numbers and times as the field wants them."""
    (tmp_path / "secret").write_text("s3cret\n", encoding="utf-8")
    values = {
        "app_key": "env:KEY",
        "secret": "file:secret",
        "shop_id": "env:SHOP",
        "expires": "2027-01-31T00:00:00+00:00",
    }

    made, issues = account(values, {"KEY": "k", "SHOP": "77"}, tmp_path)

    assert () == issues
    assert (
        Account(app_key="k", secret="s3cret", shop_id=77, expires=datetime(2027, 1, 31, tzinfo=UTC)) == made
    )


def test_a_missing_secret_names_channel_field_and_reference() -> None:
    """The other fields are looked at as well."""
    made, issues = account(
        {"app_key": "env:KEY", "secret": "file:nowhere", "shop_id": "env:NO"}, {"KEY": "k"}
    )

    assert made is None
    assert ["config.secret_missing", "config.secret_missing"] == [issue.code for issue in issues]
    assert "channel 'tmall-cn'" in issues[0].message
    assert "'secret'" in issues[0].message
    assert "file:nowhere" in issues[0].hint
    assert "NO is not set" in issues[1].message


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"app_key": "k", "secret": "hunter2"}, "secret_literal"),
        ({"app_key": "k", "secret": "env:S", "shop_id": "env:S"}, "type"),
        ({"app_key": "k", "secret": "env:SHORT"}, "value"),
        ({"app_key": "k"}, "missing"),
        ({"app_key": "k", "secret": "env:S", "ap_key": "x"}, "unknown_key"),
        ({"ap_key": "k", "secret": "env:S"}, "unknown_key"),
        ({"app_key": "k", "secret": "env:S", "method": "sha9"}, "type"),
        ({"app_key": "k", "secret": "env:S", "expires": "2027-01-31T00:00:00"}, "type"),
    ],
)
def test_a_misfit_is_told_and_no_secret_is_repeated(values: dict[str, Any], code: str) -> None:
    """Not even when the driver's own check puts it into its message."""
    made, issues = account(values, {"S": "hunter2", "SHORT": "hu9"})

    assert made is None
    assert [f"config.{code}"] == [issue.code for issue in issues]
    assert "hunter2" not in str(issues)
    assert "hu9" not in str(issues)


def test_a_shop_takes_the_channels_further_keys() -> None:
    """What is not set stays as the driver has it, so that discover can fill it."""
    made, issues = shop(folder=7, ratio=2, lists=["a", "b"])

    assert () == issues
    assert Shop(channel="tmall-cn", markets=(CN,), folder="7", ratio=2.0, lists=("a", "b")) == made


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"foldr": "7"}, "did you mean 'folder'?"),
        ({"wokers": 3}, "did you mean 'workers'?"),
        ({"channel": "x"}, "did you mean 'channel'?"),
        ({"lists": "a"}, "correct the value"),
        ({"folder": True}, "correct the value"),
    ],
)
def test_a_setting_that_no_shop_has_names_the_nearest(settings: dict[str, Any], hint: str) -> None:
    """A typo in a channel never passes silently."""
    made, issues = shop(**settings)

    assert made is None
    assert [hint] == [issue.hint for issue in issues]


def test_a_secret_shows_itself_only_when_asked() -> None:
    """Printing, formatting and comparing with words give nothing away."""
    secret = resolve("env:S", folder=Path(), environ={"S": "hunter2"})

    assert "hunter2" == secret.reveal()
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    assert Secret("hunter2") == secret


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("hunter2", "no reference"),
        ("env:NOT_THERE", "NOT_THERE is not set"),
        ("file:not-there", "cannot be read"),
        ("file:empty", "is empty"),
        ("file:binary", "is no text"),
        ("keyring:name", "names no service"),
    ],
)
def test_a_reference_that_leads_nowhere_says_why(tmp_path: Path, reference: str, words: str) -> None:
    """And never what it found."""
    (tmp_path / "empty").write_bytes(b"\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00hunter2")

    with pytest.raises(ConfigError, match=words) as caught:
        resolve(reference, folder=tmp_path, environ={})

    assert "hunter2" not in str(caught.value)
