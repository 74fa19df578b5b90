"""storesync status: what only a person can mend is told from the state alone, until it is mended."""

import pytest
from cryptography.fernet import Fernet
from tests.cli.conftest import CANARIES, Merchant

from storesync.sandbox import Shop
from storesync.sandbox import tmall as account
from storesync.state import Cipher, Store, token
from storesync.state.clock import unstamp

AT = unstamp("2026-11-23T09:00:00.000000+00:00")


def test_a_lost_login_is_told_until_the_market_takes_the_account_again(merchant: Merchant) -> None:
    """The session alone is bad: since when, in the market's words, and which references to change."""
    merchant("sync")
    before = merchant("status", "--json").document["channels"]["tmall-cn"]["account"]
    (shop,) = merchant.market.shops
    merchant.market.expire_tokens(shop)
    merchant.edit("catalog/variants.csv", ",240", ",239")
    refused = merchant("sync")
    told, document = merchant("status"), merchant("status", "--json").document
    planned = merchant("plan", "--json").document
    merchant.market.grant(app=account.APP_KEY, shop=shop, access=account.SESSION, seconds=3_600.0)
    mended = merchant("sync")
    after = merchant("status", "--json")

    assert "" == before["trouble"]
    assert (1, 2) == (refused.code, told.code)
    assert "! account" in told.out
    assert "the market refuses account 'tmall-cn' since 20" in " ".join(told.out.split())
    assert "session-expired" in told.out
    assert "session (env:TMALL_SESSION)" in " ".join(told.out.split())
    assert document["channels"]["tmall-cn"]["account"]["trouble"]
    assert not any(secret in told.out + told.err for secret in CANARIES)
    assert "account.denied" in str(planned)
    assert 0 == mended.code
    assert (0, "") == (after.code, after.document["channels"]["tmall-cn"]["account"]["trouble"])


def test_new_credentials_end_the_trouble_of_the_old(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever changed the reference has done what was asked; the next run tells whether it helped."""
    monkeypatch.setenv("TMALL_SESSION", "a-mistyped-session")
    refused, told = merchant("sync"), merchant("status")
    monkeypatch.setenv("TMALL_SESSION", account.SESSION)
    after = merchant("status")

    assert (1, 2, 0) == (refused.code, told.code, after.code)
    assert "invalid-sessionkey" in told.out
    assert "! account" not in after.out


def test_a_state_in_the_open_is_told_once_with_the_way_out(merchant: Merchant) -> None:
    """A warning before the channels, which does not change the exit code."""
    merchant("plan")
    (merchant.folder / "storesync.db").chmod(0o644)
    told, document = merchant("status"), merchant("status", "--json").document
    (merchant.folder / "storesync.db").chmod(0o600)
    after = merchant("status")

    assert (0, 1) == (told.code, told.out.count("can read storesync.db (mode 0644)"))
    assert "chmod 600 storesync.db" in told.out
    assert "or set STORESYNC_KEY" in told.out
    assert ["state.readable"] == [one["code"] for one in document["channels"]["tmall-cn"]["issues"]]
    assert "mode" not in after.out


def test_what_was_kept_before_there_was_a_key_is_encrypted_by_the_next_command(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only when the market renews it next; who forgets the key afterwards is told."""
    merchant("plan")
    url = f"sqlite:///{merchant.folder}/storesync.db"
    key = Fernet.generate_key().decode()

    def body() -> str:
        store = Store(url, inline=True)
        kept = store.read_now(lambda db: str(db.exec_driver_sql("SELECT body FROM tokens").scalar()))
        store.close()
        return kept

    store = Store(url, inline=True)
    fields = {"session": "made-up-session-of-a-test"}
    store.write_now(lambda db: token.save(db, "tmall-cn", "base", fields, expires=None, after=0, at=AT))
    store.close()
    plain = body()
    monkeypatch.setenv("STORESYNC_KEY", key)
    code = merchant("status").code

    assert (0, True, False) == (code, "made-up" in plain, "made-up" in body())
    assert "made-up-session-of-a-test" in Cipher(key).open(body(), what="it")


def test_the_reason_for_passing_a_guard_is_seen_afterwards(merchant: Merchant) -> None:
    """By whoever looks at the channel in the days after, and at the listing at any time."""
    merchant("sync")
    merchant.edit("catalog/variants.csv", ",32000,", ",64000,")
    refused = merchant("sync")
    meant = merchant("sync", "--allow", "price swing=a new recipe")
    told, document = merchant("status"), merchant("status", "--json").document
    explained = merchant("explain", "SBG-001-30")

    assert (1, 0) == (refused.code, meant.code)
    assert "· guard   'price swing' was passed on 20" in told.out
    assert "UTC: a new recipe" in told.out
    (passed,) = document["channels"]["tmall-cn"]["overridden"]
    assert {"price swing": "a new recipe"} == passed["reasons"]
    assert "guard 'price swing' passed: a new recipe" in " ".join(explained.out.split())


def test_the_session_of_another_shop_sends_nothing(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan names both sellers; neither shop hears of it."""
    merchant("sync")
    ours, writes = merchant.market.export()["listings"], merchant.market.writes()
    merchant.market.add_shop(Shop(id="9900112233", name="somebody else", region="CN", currency="CNY"))
    other = f"{account.SESSION}0other"
    merchant.market.grant(app=account.APP_KEY, shop="9900112233", access=other, seconds=3_600.0)
    monkeypatch.setenv("TMALL_SESSION", other)
    merchant.edit("catalog/variants.csv", ",240", ",239")
    refused, planned = merchant("sync"), merchant("plan")

    assert (1, 1) == (refused.code, planned.code)
    assert "account" in refused.err
    assert "correct the account, or if the channel moved" in planned.out
    assert (ours, writes) == (merchant.market.export()["listings"], merchant.market.writes())
