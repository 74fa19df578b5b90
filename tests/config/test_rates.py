"""[rates]: sources, chains and what they must withstand; a mistake is told with its line, a secret is never shown."""

from pathlib import Path

import pytest
from tests.config.test_load import GOOD

from storesync.config import Config, load
from storesync.errors import ConfigError
from storesync.issues import Issue, Severity
from storesync.pricing.rates import Ecb, Ecos, Frankfurter, Kexim, RateFile, StaticTable

EVERYTHING = """
[rates]
chain = ["kexim", "bank"]
witness = "ecb"
witness_required = ["CNY"]
tolerance = "0.02"
max_jump = "0.05"
fetch_after = 2
max_business_days = 3

[rates.chains]
VND = "ecos"

[rates.sources.kexim]
key = "env:KEXIM_KEY"

[rates.sources.ecos]
key = "file:secrets/ecos"

[rates.sources.ecb]

[rates.sources.blend]
uses = "frankfurter"
providers = ["BOC"]

[rates.sources.book]
uses = "file"
path = "book.toml"

[rates.sources.bank]
uses = "static"
kind = "live"
as_of = 2026-11-20
source = "our bank"
quotes = { KRW_per_CNY = "200.71" }
"""


def loaded(folder: Path, rates: str) -> Config:
    """A good configuration with these rates."""
    (folder / "catalog").mkdir(exist_ok=True)
    path = folder / "storesync.toml"
    path.write_text(GOOD + rates, encoding="utf-8")
    return load(path)


def findings(folder: Path, rates: str) -> tuple[Issue, ...]:
    """What is wrong with them."""
    with pytest.raises(ConfigError) as raised:
        loaded(folder, rates)
    return tuple(raised.value.issues)


def test_sources_and_chains_become_values(tmp_path: Path) -> None:
    """Every kind of source, each with its own settings; secrets are fetched when they are made, not before."""
    config = loaded(tmp_path, EVERYTHING)
    rates = config.rates
    assert rates is not None
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "ecos").write_text("e-key\n")
    sources, issues = rates.made(tmp_path, {"KEXIM_KEY": "k-key"})

    assert ("kexim", "bank") == rates.chain.order("CNY")
    assert ("ecos",) == rates.chain.order("VND")
    assert ("ecb", {"CNY"}, "0.02", "0.05", 2, 3) == (
        rates.chain.witness,
        set(rates.chain.witness_required),
        str(rates.chain.tolerance),
        str(rates.chain.max_jump),
        rates.fetch_after,
        rates.chain.rules.max_business_days,
    )
    assert () == tuple(issues)
    kinds = {name: type(source) for name, source in sources.items()}
    assert kinds == {
        "kexim": Kexim,
        "ecos": Ecos,
        "ecb": Ecb,
        "blend": Frankfurter,
        "book": RateFile,
        "bank": StaticTable,
    }
    assert tmp_path / "book.toml" == getattr(sources["book"], "path", None)
    assert "k-key" not in repr(sources) + repr(config)


def test_without_a_chain_the_sources_are_asked_in_the_order_of_the_file(tmp_path: Path) -> None:
    """The witness confirms; it does not stand in."""
    text = '[rates]\nwitness = "ecb"\n[rates.sources.ecb]\n' + ECOS + "[rates.sources.frankfurter]\n"
    rates = loaded(tmp_path, text).rates
    assert rates is not None

    assert ("ecos", "frankfurter") == rates.chain.order("CNY")


ECOS = '[rates.sources.ecos]\nkey = "env:E"\n'


@pytest.mark.parametrize(
    ("quiet", "told"),
    [
        ('quiet = "0.07"', []),
        ('quiet = "0.4"', ["quiet is 0.4: a rate may move by 40 % before prices follow"]),
        (
            'refine = [{ where = { channel = "tmall-cn" }, quiet = "0.08" }]',
            ["quiet is 0.08: a rate may move by 8 % before prices follow"],
        ),
    ],
)
def test_a_band_wider_than_any_jump_that_is_believed_is_told(
    tmp_path: Path, quiet: str, told: list[str]
) -> None:
    """0.4 is 40 %, and was meant to be 0.4 %: a warning with the way to write it."""
    config = loaded(tmp_path, f'[prices.wide]\ncurrency = "CNY"\n{quiet}\n' + ECOS)
    said = [issue for issue in config.issues if issue.code == "price.quiet_wide"]

    assert told == [issue.message.partition("every variant: ")[2].partition(",")[0] for issue in said]
    assert all("and no jump above 7 % is believed (max_jump)" in issue.message for issue in said)
    assert all(issue.severity is Severity.WARNING and "% is written" in issue.hint for issue in said)


@pytest.mark.parametrize(
    ("rates", "said", "hint"),
    [
        ('[rates.sources.ecos]\nkey = "s3cr3t-value"\n', "key holds its value", 'key = "env:NAME"'),
        (
            '[rates.sources.ecos]\nkei = "env:E"\n',
            "unexpected keyword argument 'kei'",
            "its settings are: key",
        ),
        ("[rates.sources.ecos]\n", "missing 1 required positional argument: 'key'", "its settings are: key"),
        ("[rates.sources.reuters]\n", "no rate source 'reuters' is installed", 'uses = "ecos"'),
        ('[rates]\nchain = ["ecso"]\n' + ECOS, "chain names 'ecso'", "did you mean 'ecos'?"),
        (
            "[rates]\nwitness_required = true\n" + ECOS,
            "witness_required is set, and no witness is named",
            'write witness = "ecb"',
        ),
        (
            '[rates]\nwitness = "ecos"\nwitness_required = ["yuan"]\n' + ECOS,
            "witness_required names 'yuan', which is no currency",
            "use ISO 4217 codes",
        ),
        (
            '[rates]\nwitness = "ecos"\nwitness_required = "CNY"\n' + ECOS,
            "witness_required is 'CNY', neither true nor a list of currencies",
            'write witness_required = ["CNY"]',
        ),
        ('[rates]\nwitness = "ecb"\n' + ECOS, "witness names 'ecb'", "add [rates.sources.ecb]"),
        ('[rates]\nchains = { VDN = "ecos" }\n' + ECOS, "VDN is no currency", "ISO 4217"),
        ('[rates]\ntolerance = "2"\n' + ECOS, "tolerance is 2, not a share", '"0.01" for 1 %'),
        ("[rates]\nfetch_after = -1\n" + ECOS, "not a whole number", "fetch_after = 1"),
        ('[rates]\nchain = "x"\n', "chain names 'x'", "add [rates.sources.x]"),
        ("[rates]\nmax_jump = true\n", "max_jump is a boolean", 'max_jump = "0.15"'),
        ('[rates]\nkind = "live"\n', "kind belongs to a source", "[rates.sources.static]"),
        ("[rates.sources.static]\nas_of = 2026-11-20\n", "kind is missing", 'kind = "fixture"'),
        ("[rates]\nsauces = 1\n" + ECOS, "sauces is unknown", "did you mean 'sources'?"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_way_out(
    tmp_path: Path, rates: str, said: str, hint: str
) -> None:
    """Before anything is asked; a secret that stands in the file is not repeated."""
    found = findings(tmp_path, rates)

    (issue,) = [one for one in found if said in one.message]
    assert hint in issue.hint
    assert issue.at.startswith("storesync.toml:")
    assert "s3cr3t-value" not in str(found)
