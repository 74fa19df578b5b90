"""Each law catches drivers that break it: the plain driver, spoiled in one place at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from attrs import evolve, field, frozen
from tests.testing.plain_samples import ACCOUNT, CONTENT, OFFERS, REF, SHOP, TOKEN, samples, told

import storesync.driver as sd
from storesync.testing import LAWS, Sample, Subject
from storesync.testing.plain import plain_driver

PLAIN = plain_driver()
LAW = {law.name: law for law in LAWS}
NEW = sd.New("A", CONTENT, OFFERS, TOKEN)
RECEIPT = sd.Receipt(REF)
TICKS = count()
Mutant = Subject | Callable[[], Subject]


def subject(driver: sd.Driver[Any, Any] = PLAIN, **changes: Any) -> Subject:
    """The plain driver on the bench, or another one, with fewer listings drawn than usual."""
    given = {"shop": SHOP, "account": ACCOUNT, "samples": samples(), "examples": 10} | changes
    return Subject(driver=driver, **given)


def having(**parts: Any) -> Subject:
    """The plain driver with other parts."""
    return subject(evolve(PLAIN, **parts))


def declaring(**changes: Any) -> Subject:
    """The plain driver with another Spec."""
    return subject(evolve(PLAIN, spec=evolve(PLAIN.spec, **changes)))


def asking(part: str, *requests: sd.Request, result: Any = RECEIPT) -> Subject:
    """The plain driver with a part that sends these requests, whatever it is given."""

    def flow(*_: Any) -> sd.Flow[Any]:
        for request in requests:
            answer = yield request
            assert isinstance(answer, sd.Response)
        return result

    return having(**{part: flow})


def two_steps() -> Subject:
    """A create in two steps that forgets the half."""

    def create(shop: sd.Shop, new: sd.New) -> sd.Flow[sd.Receipt]:
        made = yield sd.request("POST", "/listings", json={"key": new.key})
        id_ = made.id("id")
        whole = yield sd.request("POST", f"/listings/{id_}/variants", json={})
        return sd.Receipt(sd.Ref(id_, whole.ids("variants", "sku", "id")))

    some = [one for one in samples(2) if one.part != "create"]
    made = Sample(part="create", args=(NEW,), answers=(told(sd.Ref("9001")), told()))
    return subject(evolve(plain_driver(steps=2), create=create), samples=(made, *some))


def forgetful() -> Subject:
    """A create that does not go on from what was found."""

    def create(shop: sd.Shop, new: sd.New) -> sd.Flow[sd.Receipt]:
        return (yield from PLAIN.create(shop, evolve(new, found=None)))  # type: ignore[misc]  # the plain driver has it

    return subject(evolve(PLAIN, create=create), samples=[one for one in samples() if one.name != "found"])


def signing(change: Callable[[sd.Request], sd.Request]) -> Subject:
    """The plain driver with a signature that changes the request."""
    return having(sign=lambda request, account, now: change(request))


def account(**fields: Any) -> Subject:
    """The plain driver with an account of other fields; refresh is left out."""
    made = frozen(kw_only=True)(
        type("Account", (), {"__annotations__": dict.fromkeys(fields, str), **fields})
    )
    return having(account=made, refresh=None)


def _ticking() -> Callable[..., Any]:
    ticks = count()
    return lambda shop, listing: {"title": str(next(ticks))}


def _impatient(shop: sd.Shop, ref: sd.Ref) -> sd.Flow[sd.Receipt]:
    while True:
        yield sd.request("PUT", f"/listings/{ref.listing}/hidden", json={})


def _stubborn(shop: sd.Shop, ref: sd.Ref) -> sd.Flow[sd.Receipt]:
    for _ in range(2):
        try:
            yield sd.request("PUT", f"/listings/{ref.listing}/hidden", json={})
        except sd.Ambiguous:
            continue
        break
    return sd.Receipt(ref)


def _careless(shop: sd.Shop, sought: sd.Sought) -> sd.Flow[Sequence[sd.Ref]]:
    seen = yield sd.get("/listings", params={"key": sought.key})
    return [sd.Ref(row["id"]) for row in seen.body["listings"]]


def _hopeful(shop: sd.Shop, sought: sd.Sought) -> sd.Flow[Sequence[sd.Ref]]:
    seen = yield sd.get("/listings", params={"key": sought.key})
    rows = seen.body.get("listings", []) if isinstance(seen.body, Mapping) else []
    return [sd.Ref(sd.Part(row).id("id")) for row in rows if isinstance(row, Mapping)]


def _trusting(shop: sd.Shop, changes: Sequence[sd.OfferChange]) -> sd.Flow[sd.Verdicts]:
    rows = [{"sku": change.sku, "stock": change.offer.stock} for change in changes]
    yield sd.request("PUT", f"/listings/{changes[0].ref.listing}/stock", json={"rows": rows})
    return {change.sku: sd.DONE for change in changes}


def _counting(shop: sd.Shop, changes: Sequence[sd.OfferChange]) -> sd.Flow[sd.Verdicts]:
    rows = [{"sku": change.sku} for change in changes]
    told = yield sd.request("PUT", f"/listings/{changes[0].ref.listing}/prices", json={"rows": rows})
    return {change.sku: sd.DONE for change, _ in zip(changes, told.at("done", list), strict=False)}


def searching(fits: Callable[[str, str], bool]) -> Subject:
    """The plain driver with another comparison of what a search gave."""

    def find(shop: sd.Shop, sought: sd.Sought) -> sd.Flow[Sequence[sd.Ref]]:
        seen = yield sd.get("/listings", params={"key": sought.key})
        return [
            sd.Ref(row.id("id"), row.ids("variants", "sku", "id"))
            for row in seen.each("listings")
            if fits(row.text("key"), sought.key)
        ]

    sample = Sample(part="find", args=(sd.Sought("AB", ()),), answers=({"listings": [told(key="AB")]},))
    return subject(evolve(PLAIN, find=find), samples=(sample,))


def _nameless() -> Subject:
    rows = {"listings": [{"id": REF.listing}]}

    def find(shop: sd.Shop, sought: sd.Sought) -> sd.Flow[Sequence[sd.Ref]]:
        seen = yield sd.get("/listings", params={"key": sought.key, "fields": "id"})
        return [sd.Ref(row.id("id")) for row in seen.each("listings")]

    sample = Sample(part="find", args=(sd.Sought("A", tuple(REF.skus)),), answers=(rows,))
    return subject(evolve(PLAIN, find=find), samples=(sample,))


def _silent(shop: sd.Shop, refs: Sequence[sd.Ref]) -> sd.Flow[Mapping[str, sd.Observed]]:
    found = {}
    for ref in refs:
        try:
            seen = yield sd.get(f"/listings/{ref.listing}")
        except sd.Fault:
            continue
        found[ref.listing] = sd.Observed(sd.Ref(seen.id("id")), sd.Status.LIVE)
    return found


def _another(shop: sd.Shop, refs: Sequence[sd.Ref]) -> sd.Flow[Mapping[str, sd.Observed]]:
    seen = yield sd.get(f"/listings/{refs[0].listing}")
    return {refs[0].listing: sd.Observed(sd.Ref(seen.id("id")), sd.Status.LIVE)}


def _eager(shop: sd.Shop, change: sd.Change) -> sd.Flow[sd.Receipt]:
    yield sd.request("PATCH", f"/listings/{change.ref.listing}", json=change.after)
    return sd.Receipt(change.ref)


def _lazy(shop: sd.Shop, change: sd.Change) -> sd.Flow[sd.Receipt]:
    if change.before is not None and change.touched("title"):
        yield sd.request("PATCH", f"/listings/{change.ref.listing}", json=change.after)
    return sd.Receipt(change.ref)


def _clocked() -> Callable[..., Any]:
    ticks = count()

    def hide(shop: sd.Shop, ref: sd.Ref) -> sd.Flow[sd.Receipt]:
        yield sd.request("PUT", "/hidden", json={"nonce": next(ticks)})
        return sd.Receipt(ref, sd.Status.HIDDEN)

    return hide


def _found(shop: sd.Shop) -> sd.Flow[sd.Shop]:
    yield sd.get("/shop")
    return shop


def _seen(*_: Any) -> list[sd.Issue]:
    return []


def _raises(*_: Any) -> Iterator[Any]:
    raise KeyError("title")


@frozen(kw_only=True)
class Endless:
    """An account whose end is no time."""

    app: str = field(default="a", metadata=sd.APP)
    ends: str = field(default="", metadata=sd.EXPIRES)


@frozen(kw_only=True)
class Timeless:
    """An account that can be renewed, and nobody knows when."""

    app: str = field(default="a", metadata=sd.APP)


@frozen(kw_only=True)
class Leaky:
    """An account whose address repeats its secret."""

    app: str = field(default="a", metadata=sd.APP)
    secret: str = field(default="made-up-secret", repr=False)
    address: str = "https://made-up-secret@shop.example"


@frozen(kw_only=True)
class Warehouse(sd.Shop):
    """A shop with a field to be found, and no default for it."""

    warehouse: str = field(metadata=sd.FOUND)
    password: str = ""


PUT = sd.request("PUT", "/listings/9001/hidden", json={})
FIRST = samples()[0]
QUOTA = {"default": (sd.Quota(1, scope="app"),)}

MUTANTS: dict[str, dict[str, Mutant]] = {
    "hosts are safe": {
        "plain http": declaring(hosts={"sandbox": {"api": "http://shop.example"}}),
        "a user in the address": declaring(hosts={"sandbox": {"api": "https://me:pw@shop.example"}}),
        "a field that no shop has": declaring(hosts={"sandbox": {"api": "https://{domain}"}}),
        "labels that differ": declaring(
            hosts={
                "live": {"api": "https://a.example", "img": "https://b.example"},
                "sandbox": {"api": "https://c.example"},
            }
        ),
        "an open host with its scheme": declaring(open_hosts=("https://cdn.example",)),
        "no host at all": declaring(hosts={}),
    },
    "limits make sense and have a source": {
        "no source": declaring(source=sd.Source("", "2026-11")),
        "a source without a date": declaring(source=sd.Source("https://docs.example", "recently")),
        "a quota of nothing": declaring(quotas={"default": (sd.Quota(0),)}),
        "a quota that resets at no hour": declaring(
            quotas={"default": (sd.Quota(1, 86_400, resets="midnight"),)}
        ),
        "a sandbox quota of nothing": declaring(
            environments={"sandbox": sd.Conditions(quotas={"default": (sd.Quota(1, 0),)})}
        ),
        "a batch of a part it lacks": declaring(batches={"poll": sd.Batch(5)}),
        "a batch of nothing": declaring(batches={"prices": sd.Batch(0)}),
        "a text that cannot be": declaring(text={"title": sd.Limit(5, 10)}),
        "a picture that cannot be": declaring(images={"main": sd.ImageRule(1, 2)}),
        "a listing without variants": declaring(variants=sd.Variants(max=0)),
        "a currency with nine digits": declaring(currencies={"CNY": 9}),
        "a price range upside down": declaring(price_range={"CNY": (Decimal(2), Decimal(1))}),
        "a ratio below one": declaring(price_ratio=Decimal("0.5")),
        "a deadline before the review": declaring(review=timedelta(days=2), deadline=timedelta(days=1)),
        "a wait into the past": declaring(identity=sd.Identity("search", lag=-1)),
    },
    "fields of account and shop say what they are for": {
        "two apps": account(one=field(metadata=sd.APP), two=field(metadata=sd.APP)),
        "a shared quota and no app": subject(
            evolve(account(token=field(repr=False)).driver, spec=evolve(PLAIN.spec, quotas=QUOTA))
        ),
        "an end that is no time": having(account=Endless),
        "a renewal that nobody knows when": having(account=Timeless),
        "a found field and no discover": having(shop=Warehouse),
        "a discover that finds nothing": having(discover=_found),
        "a found field without default": having(shop=Warehouse, discover=_found),
        "a shop of its own kind": having(shop=Timeless),
    },
    "secrets are not shown": {
        "a secret in the repr": account(app=field(metadata=sd.APP), api_secret=field()),
        "a token in the repr": account(app=field(metadata=sd.APP), access=field()),
        "a password in the shop": having(shop=Warehouse),
        "a secret inside another field": subject(evolve(PLAIN, account=Leaky), account=Leaky()),
    },
    "every flow has a sample": {
        "a part that was forgotten": subject(samples=[one for one in samples() if one.part != "upload"]),
        "a part without success": subject(
            samples=[one for one in samples() if one.part != "end" or one.fault]
        ),
        "a misspelt part": subject(samples=(*samples(), Sample(part="creat"))),
        "a part that it lacks": subject(samples=(*samples(), Sample(part="poll"))),
    },
    "samples come out as they say": {
        "another result": subject(samples=[evolve(FIRST, result=sd.Receipt(sd.Ref("1")))]),
        "an answer too few": subject(samples=[evolve(FIRST, answers=())]),
        "an answer too many": subject(samples=[evolve(FIRST, answers=(*FIRST.answers, {}))]),
        "a fault that does not come": subject(samples=[evolve(FIRST, fault=sd.Duplicate)]),
        "another fault": having(classify=lambda request, response: sd.Rejected("no")),
        "a verdict about a stranger": asking("prices", PUT, result={"X": sd.DONE}),
        "a result of another kind": asking("hide", PUT, result=True),
        "a pure part that raises": subject(
            evolve(PLAIN, check=_raises), samples=[Sample(part="check", args=(None, {}), result=())]
        ),
        "another finding": subject(
            evolve(PLAIN, check=lambda *_: [sd.Issue("a", "b", "c")]),
            samples=[Sample(part="check", args=(None, {}), result=())],
        ),
        "a page without its kind": evolve(
            asking("listings", sd.get("/listings"), result=[]),
            samples=[Sample(part="listings", args=(None,), answers=({},))],
        ),
    },
    "requests stay within what is declared": {
        "an unknown host": asking("hide", evolve(PUT, host="img")),
        "an unknown quota": asking("hide", evolve(PUT, quota="images")),
        "an absolute address": asking("hide", evolve(PUT, path="https://elsewhere.example/x")),
        "no slash": asking("hide", evolve(PUT, path="listings")),
        "no weight": asking("hide", evolve(PUT, weight=0)),
        "a float": asking("hide", evolve(PUT, body=sd.JsonBody({"price": 1.5}))),
        "a credential": asking("hide", evolve(PUT, headers={"x-token": ACCOUNT.access})),
    },
    "render bears any listing": {
        "a missing text": having(render=lambda shop, listing: {"title": listing.text.title}),
        "a float": having(render=lambda shop, listing: {"price": 1.5}),
        "no mapping": having(render=lambda shop, listing: [listing.key]),
        "a counter": having(render=_ticking()),
    },
    "check bears any listing": {
        "a missing image": having(check=lambda shop, listing, offers: _seen(listing.images[0])),
        "a price that is not there": having(
            check=lambda shop, listing, offers: _seen(*(offers[v.sku] for v in listing.variants))
        ),
        "text for issues": having(check=lambda shop, listing, offers: ["too long"]),
        "an issue without words": having(check=lambda shop, listing, offers: [sd.Issue("code", "path", "")]),
    },
    "classify knows every answer": {
        "a key that may be missing": having(
            classify=lambda request, response: response.body["error"] and None
        ),
        "success by default": having(classify=lambda request, response: None),
        "text for a fault": having(classify=lambda request, response: "refused"),
        "a cut body as success": having(
            classify=lambda request, response: (
                None if response.status < 300 else sd.Transient(str(response.status))
            )
        ),
    },
    "sign only adds": {
        "a lost parameter": signing(lambda request: evolve(request, params={})),
        "a changed path": signing(lambda request: evolve(request, path=f"{request.path}?token=1")),
        "a changed body": signing(lambda request: evolve(request, body=sd.JsonBody({"signed": True}))),
        "a changed promise": signing(lambda request: evolve(request, effect=sd.Effect.READ)),
        "a lost body": signing(lambda request: evolve(request, body=None)),
        "a lost file": signing(
            lambda request: (
                evolve(request, body=sd.PartsBody({}, {}))
                if isinstance(request.body, sd.PartsBody)
                else request
            )
        ),
        "chance": signing(lambda request: request.with_headers({"nonce": str(next(TICKS))})),
        "a body that it cannot sign": signing(
            lambda request: request.with_headers({"x": request.body.value})
        ),
        "the secret itself": subject(
            evolve(PLAIN, account=Leaky, sign=lambda r, a, now: r.with_headers({"key": a.secret})),
            account=Leaky(),
        ),
        "no account to judge by": subject(account=None),
    },
    "spoiled answers raise only faults": {
        "a body that is indexed": having(find=_careless),
        "a flow without end": having(hide=_impatient),
        "a flow that goes on after doubt": having(hide=_stubborn),
        "an id of another listing": having(observe=_another),
        "an address that may be empty": asking(
            "upload", sd.request("POST", "/files", effect=sd.Effect.SET), result=""
        ),
    },
    "garbage is never nothing found": {
        "a search that hopes": having(find=_hopeful),
        "an observation that swallows": having(observe=_silent),
    },
    "an unmentioned sku is not done": {
        "an answer that nobody reads": having(stock=_trusting),
        "an answer that is counted": having(prices=_counting),
    },
    "a find takes its own key only": {
        "no comparison": searching(lambda key, asked: True),
        "the beginning only": searching(str.startswith),
        "the end only": searching(str.endswith),
        "the beginning of the asked one": searching(lambda key, asked: asked.startswith(key)),
        "letters of any case": searching(lambda key, asked: key.lower() == asked.lower()),
        "a search that gives no key": _nameless,
    },
    "the same input asks the same": {"a counter": having(hide=_clocked())},
    "effects say what a repeat does": {
        "a PUT that reads": asking("hide", evolve(PUT, effect=sd.Effect.READ)),
        "a search that writes": asking("find", sd.request("POST", "/search", json={}), result=[]),
        "a price that goes once": asking("prices", sd.request("POST", "/prices", json={}), result={}),
        "a POST that only reads": asking("end", sd.request("POST", "/end", json={}, effect=sd.Effect.READ)),
    },
    "a create can be recognized": {
        "a POST that may be repeated": asking(
            "create", sd.request("POST", "/listings", json={"key": "A"}, effect=sd.Effect.SET)
        ),
        "no key": asking("create", sd.request("POST", "/listings", json={})),
        "no token": subject(evolve(plain_driver(by="key"), create=PLAIN.create)),
        "no address of its own": subject(evolve(plain_driver(by="address"), create=PLAIN.create)),
    },
    "a later failure keeps the half": {"a half that is forgotten": two_steps},
    "a complete find makes nothing": {"a create that begins again": forgetful},
    "an unchanged document sends nothing": {"an update that always sends": having(update=_eager)},
    "from an unknown half everything is written": {"an update that trusts": having(update=_lazy)},
}
CASES = [(law, name) for law, mutants in MUTANTS.items() for name in mutants]


@pytest.mark.parametrize(("law", "name"), CASES, ids=[f"{law}: {name}" for law, name in CASES])
def test_a_broken_driver_is_caught(law: str, name: str) -> None:
    """The violation names a place, what was seen and the way out."""
    mutant = MUTANTS[law][name]
    found = LAW[law](mutant if isinstance(mutant, Subject) else mutant())

    assert found
    assert all(one.where and one.seen and one.instead for one in found)


def test_every_law_has_a_driver_that_breaks_it() -> None:
    """No law is vacuous, and no mutant is of a law that is gone."""
    assert set(LAW) == set(MUTANTS)


@pytest.mark.parametrize("law", LAWS, ids=[law.name for law in LAWS])
def test_the_sound_driver_keeps_the_law(law: Any) -> None:
    """What catches the broken ones finds nothing in the sound one."""
    assert [] == law(subject()) if law.concerns(subject()) else law.name.startswith("check")


def test_a_law_about_parts_that_are_missing_does_not_judge() -> None:
    """Presence of a part selects its laws."""
    assert not LAW["check bears any listing"].concerns(subject())
    assert LAW["check bears any listing"].concerns(having(check=lambda shop, listing, offers: []))


def test_each_law_says_its_promise_in_a_sentence() -> None:
    """The promise is shown to authors."""
    assert [] == [law.name for law in LAWS if not law.promise.endswith(".")]
