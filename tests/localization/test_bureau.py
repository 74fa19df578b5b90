"""All six engines over a real wire, against a bureau that is as strict as the services are, and fails by chance."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from tests.localization.bureau import KEY, Bureau, open_bureau, word
from tests.localization.test_runner import Waits

from storesync.errors import Fault
from storesync.localization import Glossary, GlossaryTerm, Protection
from storesync.localization.engines import (
    Azure,
    Chat,
    DeepL,
    Engine,
    Google,
    Key,
    LibreTranslate,
    Outcome,
    Papago,
    Runner,
)
from storesync.transport import Transport

MAKERS: dict[str, Callable[[str, Key], Engine]] = {
    "papago": lambda address, key: Papago(Key("id"), key, endpoint=address),
    "deepl": lambda address, key: DeepL(key, endpoint=address),
    "google": lambda address, key: Google("shop", key, endpoint=address),
    "azure": lambda address, key: Azure(key, endpoint=address),
    "libretranslate": LibreTranslate,
    "chat": lambda address, key: Chat(f"{address}/v1", "model-1", key),
}
TERMS = Glossary((GlossaryTerm(source="토너", accepted={"vi": ("toner",), "zh-Hans": ("化妆水",)}),))
PROTECTION = Protection(
    brands={"설빛가온": "SEOLBITGAON"}, names=frozenset({"1,2-Hexanediol"}), glossary=TERMS
)
# Pieces of a supplier's text, and what each must become, by hand.
KEPT = ["{fee}", "%s", "SPF50+", "PA++++", "1,2-Hexanediol", "<b>", "</b>", "<br>"]
SIGNS = ["A & B < 3 >", '"x"', "&amp;", "\\", "'"]


def piece(chance: random.Random, locale: str) -> tuple[str, str]:
    """One piece, and its translation."""
    kind = chance.randrange(6)
    if kind == 0:
        return "설빛가온", "SEOLBITGAON"
    if kind == 1:
        return "토너", "toner" if locale == "vi" else "化妆水"
    if kind == 2:
        return "1.5ml", "1,5ml" if locale == "vi" else "1.5ml"
    if kind == 3:
        return (chance.choice(KEPT),) * 2
    if kind == 4:
        return (chance.choice(SIGNS),) * 2
    korean = "".join(chance.choice("가나다라마바사아자차카하") for _ in range(chance.randrange(2, 7)))
    return korean, word(korean, locale)


def catalog(chance: random.Random, locale: str, count: int) -> dict[str, tuple[str, str]]:
    """Texts by id with their translations, some of them long."""
    found = {}
    for number in range(count):
        pieces = [piece(chance, locale) for _ in range(chance.choice([1, 3, 8, 40]))]
        pieces.append((f"순번{'가' * (number % 9 + 1)}", word(f"순번{'가' * (number % 9 + 1)}", locale)))
        found[f"t{number}"] = (" ".join(one for one, _ in pieces), " ".join(made for _, made in pieces))
    return found


@pytest.fixture
def bureau() -> Iterator[Bureau]:
    """A bureau that is up."""
    with open_bureau(Bureau()) as one:
        yield one


async def ask(bureau: Bureau, name: str, texts: dict[str, str], locale: str, key: str = KEY) -> Outcome:
    """The texts of one pass."""
    engine = MAKERS[name](bureau.address, Key(key))
    transport = Transport(engine.hosts, now=lambda: datetime(2026, 11, 23, tzinfo=UTC))
    runner = Runner(
        engine=engine,
        send=transport.send,
        source="ko",
        target=locale,
        protection=PROTECTION,
        sleep=Waits().sleep,
    )
    try:
        return await runner.translate(texts)
    finally:
        await transport.close()


@pytest.mark.parametrize("locale", ["vi", "zh-Hans"])
@pytest.mark.parametrize("name", MAKERS)
async def test_each_engine_brings_every_text_home(bureau: Bureau, name: str, locale: str) -> None:
    """Whole, in its place, with all that must not change; and the bureau found nothing to refuse."""
    texts = catalog(random.Random(f"{name} {locale}"), locale, 120)

    outcome = await ask(bureau, name, {id_: source for id_, (source, _) in texts.items()}, locale)

    assert {} == outcome.failed
    assert {id_: made for id_, (_, made) in texts.items()} == outcome.texts
    assert [] == bureau.broken
    assert sum(len(source) for source, _ in texts.values()) == outcome.characters
    assert bureau.most <= MAKERS[name](bureau.address, Key(KEY)).capabilities.concurrency
    assert outcome.calls == bureau.requests
    assert (len(texts) if name == "papago" else 1) <= outcome.calls <= len(texts)
    assert not [text for text in bureau.texts if "설빛가온" in text or "SPF" in text or "fee" in text]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", MAKERS)
async def test_trouble_costs_time_and_no_text(bureau: Bureau, name: str, seed: int) -> None:
    """Busy, down, cut off, half answered, a page of a proxy: what comes back is right, and in the end it is all there."""
    chance = random.Random(f"{name} {seed}")
    texts = catalog(chance, "vi", 40)
    bureau.trouble, bureau.chance = chance.choice([0.1, 0.3, 0.6]), chance
    left = {id_: source for id_, (source, _) in texts.items()}
    home: dict[str, str] = {}
    for turn in range(30):
        bureau.trouble = 0.0 if turn == 29 else bureau.trouble
        outcome = await ask(bureau, name, left, "vi")

        assert left.keys() == outcome.texts.keys() | outcome.failed.keys()
        assert not outcome.texts.keys() & outcome.failed.keys()
        assert not [fault for fault in outcome.failed.values() if KEY in str(fault)]
        assert all(isinstance(fault, Fault) for fault in outcome.failed.values())
        home |= outcome.texts
        left = {id_: source for id_, source in left.items() if id_ not in home}
        if not left:
            break

    assert {id_: made for id_, (_, made) in texts.items()} == home
    assert [] == bureau.broken


@pytest.mark.parametrize("name", MAKERS)
async def test_a_key_that_is_not_known_ends_the_run_at_once(bureau: Bureau, name: str) -> None:
    """One request for each that was open, no text, and the account is named as the reason."""
    texts = {str(number): f"크림 {'가' * number}" for number in range(1, 60)}

    outcome = await ask(bureau, name, texts, "vi", key="other")

    assert texts.keys() == outcome.failed.keys()
    assert outcome.stopped is not None
    assert bureau.requests <= MAKERS[name](bureau.address, Key(KEY)).capabilities.concurrency


async def test_a_text_full_of_quotes_fits_its_request(bureau: Bureau) -> None:
    """128 KiB for DeepL count as they travel: a quote is two bytes there."""
    texts = {str(number): ('"' * 4000) + f" 크림 {'가' * number}" for number in range(1, 50)}

    outcome = await ask(bureau, "deepl", texts, "vi")

    assert {} == outcome.failed
    assert [] == bureau.broken
