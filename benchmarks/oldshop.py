"""A generated shop that grew by hand: codes missing or copied, titles decorated, twins, things of other makers.

All brands and products are invented. The same seed makes the same shop. Two sections of every catalog are hard on
purpose: products that differ in one word, and discontinued ones of our own brands that only look like ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from attrs import frozen

from storesync.driver import Seen
from storesync.engine.shelved import Catalogued, Shelved

_INGREDIENTS = (
    ("林下参", "산양삼"), ("玻尿酸", "히알루론"), ("积雪草", "병풀"), ("蜗牛", "달팽이"), ("绿茶", "녹차"), ("蜂胶", "프로폴리스"),
    ("烟酰胺", "나이아신"), ("视黄醇", "레티놀"), ("胶原蛋白", "콜라겐"), ("神经酰胺", "세라마이드"), ("艾草", "쑥"),
    ("海藻", "해조"), ("深海水", "해양심층수"), ("鱼腥草", "어성초"), ("金盏花", "금잔화"), ("芦荟", "알로에"), ("米糠", "쌀겨"),
    ("红参", "홍삼"), ("松针", "솔잎"), ("荞麦", "메밀"), ("竹炭", "대나무숯"), ("茶树", "티트리"), ("玫瑰", "장미"),
    ("杏仁", "아몬드"), ("燕麦", "귀리"), ("蜂蜜", "꿀"), ("维C", "비타민C"), ("熊果苷", "알부틴"), ("角鲨烷", "스쿠알란"),
    ("洋甘菊", "카모마일"), ("五味子", "오미자"), ("马齿苋", "쇠비름"),
)  # fmt: skip
_EFFECTS = (
    ("保湿", "보습"), ("舒缓", "진정"), ("亮肤", "브라이트닝"), ("紧致", "탄력"), ("控油", "유분조절"), ("滋养", "영양"),
    ("修护", "리페어"), ("清爽", "산뜻"), ("抗皱", "주름케어"), ("深层清洁", "딥클렌징"),
)  # fmt: skip
_TYPES = (
    ("精华液", "세럼", "ml"), ("爽肤水", "토너", "ml"), ("面霜", "크림", "g"), ("乳液", "로션", "ml"), ("洁面乳", "폼클렌징", "ml"),
    ("面膜", "마스크팩", "片"), ("眼霜", "아이크림", "g"), ("护手霜", "핸드크림", "g"), ("身体乳", "바디로션", "ml"),
    ("洗发水", "샴푸", "ml"), ("护发素", "트리트먼트", "ml"), ("防晒霜", "선크림", "g"), ("卸妆油", "클렌징오일", "ml"),
    ("润唇膏", "립밤", "g"), ("喷雾", "미스트", "ml"), ("安瓶", "앰플", "ml"),
)  # fmt: skip
_SYNONYMS = {
    "精华液": "精华",
    "爽肤水": "化妆水",
    "面霜": "霜",
    "洁面乳": "洗面奶",
    "护发素": "发膜",
    "喷雾": "定妆喷雾",
}
_PROMOTIONS = (
    "【双11】",
    "【现货】",
    "新品首发 ",
    "韩国进口 ",
    "[官方正品]",
    "★爆款★ ",
    "〔限时折扣〕",
    "免邮 ",
    "专柜同款 ",
)
_TAILS = (
    "女生礼物",
    "学生党",
    "敏感肌可用",
    "正品包邮",
    "男女通用",
    "送小样",
    "2026新款",
    "旗舰店",
    "四季适用",
)
_SYLLABLES = (
    "seo",
    "ra",
    "ho",
    "mi",
    "da",
    "ne",
    "yu",
    "ga",
    "lin",
    "sol",
    "bi",
    "on",
    "hae",
    "jin",
    "mo",
    "ru",
)
_HAN = "雪光嘉蕴朵露奈儿海澜松月云溪秀妍花漾清禾素颜森屿青岚白露初夏晨曦"


@frozen(kw_only=True)
class OldShop:
    """A catalog, a shop, and the truth: which product each listing shows, empty for none of ours."""

    catalog: tuple[Catalogued, ...]
    shop: tuple[Shelved, ...]
    truth: Mapping[str, str]
    missing: int
    shared: int


@frozen
class _Thing:
    brand: tuple[str, str]
    parts: tuple[tuple[str, str], tuple[str, str], tuple[str, str, str]]
    sizes: tuple[int, ...]

    def zh(self) -> str:
        (ingredient, _), (effect, _), (kind, _, _) = self.parts
        return f"{self.brand[0]} {ingredient}{effect}{kind}"

    def ko(self) -> str:
        (_, ingredient), (_, effect), (_, kind, _) = self.parts
        return f"{self.brand[1]} {ingredient} {effect} {kind}"


def old_shop(seed: int, listings: int = 10_000, *, missing: float = 0.42, shared: float = 0.30) -> OldShop:
    """A shop of so many listings; `missing` of them have no code, `shared` one that another listing has too."""
    rng = Random(seed)
    brands = _brands(rng, max(4, listings // 160))
    things = _things(rng, brands, listings + listings // 5)
    ours, discontinued = things[:listings], things[listings:]
    catalog = [_catalogued(rng, number, thing) for number, thing in enumerate(ours)]
    foreign = _things(rng, _brands(rng, 12), listings // 20)
    shown: list[tuple[_Thing, int]] = [
        (ours[number], number) for number in rng.sample(range(listings), listings)
    ]
    twins, strange = listings // 33, listings // 10
    shown = shown[: listings - twins - strange]
    shown += [shown[rng.randrange(len(shown))] for _ in range(twins)]
    shown += [(thing, -1) for thing in (*foreign, *discontinued)[:strange]]
    rng.shuffle(shown)
    codes = _codes(rng, catalog, [number for _, number in shown], missing=missing, shared=shared)
    shop, truth = [], {}
    for at, (thing, number) in enumerate(shown):
        id_ = str(600_000_000_000 + at)
        product = catalog[number] if number >= 0 else None
        shop.append(_shelved(rng, id_, thing, product, codes[at]))
        truth[id_] = product.key if product is not None else ""
    bare = sum(not one.codes for one in shop)
    often = {code for code in (one.key for one in shop) if code}
    counts = {code: sum(one.key == code for one in shop) for code in ()} or _counted(shop, often)
    return OldShop(
        catalog=tuple(catalog), shop=tuple(shop), truth=truth, missing=bare,
        shared=sum(bool(one.key) and counts[one.key] > 1 for one in shop),
    )  # fmt: skip


def _counted(shop: list[Shelved], codes: set[str]) -> dict[str, int]:
    found = dict.fromkeys(codes, 0)
    for one in shop:
        if one.key:
            found[one.key] += 1
    return found


def _brands(rng: Random, count: int) -> list[tuple[str, str]]:
    names: dict[str, tuple[str, str]] = {}
    while len(names) < count:
        latin = "".join(rng.choice(_SYLLABLES) for _ in range(3)).upper()
        names[latin] = (f"{latin} {''.join(rng.sample(_HAN, 4))}", latin)
    return list(names.values())


def _things(rng: Random, brands: list[tuple[str, str]], count: int) -> list[_Thing]:
    seen: dict[tuple[str, str, str, str], _Thing] = {}
    while len(seen) < count:
        brand = rng.choice(brands)
        parts = (rng.choice(_INGREDIENTS), rng.choice(_EFFECTS), rng.choice(_TYPES))
        sizes = tuple(sorted(rng.sample((15, 30, 50, 80, 100, 150, 200, 300), rng.choice((1, 1, 1, 2, 3)))))
        seen.setdefault((brand[0], parts[0][0], parts[1][0], parts[2][0]), _Thing(brand, parts, sizes))
    things = list(seen.values())
    rng.shuffle(things)
    return things


def _barcode(number: int) -> str:
    digits = f"299{number:09}"
    total = sum(int(digit) * (1 if at % 2 == 0 else 3) for at, digit in enumerate(digits))
    return digits + str(-total % 10)


def _catalogued(rng: Random, number: int, thing: _Thing) -> Catalogued:
    key, unit = f"P{number:05}", thing.parts[2][2]
    skus = tuple(f"{key}-{size}" for size in thing.sizes)
    return Catalogued(
        key=key,
        titles=(thing.zh(), thing.ko()),
        brands=(*thing.brand[0].split(" ", 1), thing.brand[1]),
        skus=skus,
        gtins={sku: _barcode(number * 10 + at) for at, sku in enumerate(skus)},
        names={sku: (f"{size}{unit}",) for sku, size in zip(skus, thing.sizes, strict=True)},
        contents=tuple(f"{size}{unit}" for size in thing.sizes),
    )


def _codes(
    rng: Random, catalog: list[Catalogued], shown: list[int], *, missing: float, shared: float
) -> list[tuple[str, bool]]:
    """Each listing's code, and whether its variants carry their own: none, copied with a listing, or right."""
    order = list(range(len(shown)))
    rng.shuffle(order)
    codes: list[tuple[str, bool]] = [("", False)] * len(shown)
    cut = round(len(shown) * missing)
    several = order[cut : cut + round(len(shown) * shared)]
    while several:
        group = [
            several.pop()
            for _ in range(min(len(several), 3 if len(several) == 3 or rng.random() < 0.3 else 2))
        ]
        source = shown[group[0]] if shown[group[0]] >= 0 else rng.randrange(len(catalog))
        for at in group:
            codes[at] = (catalog[source].key, at == group[0])
    for at in order[cut + round(len(shown) * shared) :]:
        number = shown[at]
        if number < 0 or rng.random() < 0.003:
            codes[at] = (f"OLD-{at}", False)
        else:
            codes[at] = (catalog[number].key, True)
    return codes


def _title(rng: Random, thing: _Thing) -> str:
    if rng.random() < 0.06:
        return thing.ko()
    (ingredient, _), (effect, _), (kind, _, unit) = thing.parts
    if rng.random() < 0.08:
        kind = _SYNONYMS.get(kind, kind)
    latin, han = thing.brand[0].split(" ", 1)
    brand = rng.choice((f"{latin} {han}", f"{latin}/{han}", latin, han, f"{han}{latin}"))
    words = [ingredient, effect, kind]
    if rng.random() < 0.2:
        words = [effect, ingredient, kind]
    if rng.random() < 0.02:
        words.remove(effect)
    core = "".join(words)
    if rng.random() < 0.05:
        at = rng.randrange(len(core))
        core = core[:at] + core[at + 1 :]
    pieces = [core] if rng.random() < 0.02 else [brand, core]
    if rng.random() < 0.25:
        pieces.reverse()
    if rng.random() < 0.4:
        size = rng.choice(thing.sizes)
        pieces.append(
            f"{size}{rng.choice(('', ' '))}{unit if unit != 'ml' or rng.random() < 0.7 else '毫升'}"
        )
    title = " ".join(pieces)
    if rng.random() < 0.4:
        title = rng.choice(_PROMOTIONS) + title
    if rng.random() < 0.4:
        title += " " + " ".join(rng.sample(_TAILS, rng.randint(1, 2)))
    return title


def _shelved(
    rng: Random, id_: str, thing: _Thing, product: Catalogued | None, code: tuple[str, bool]
) -> Shelved:
    key, own = code
    unit, variants = thing.parts[2][2], {}
    for at, size in enumerate(thing.sizes):
        sku = product.skus[at] if own and product is not None else ""
        gtin = product.gtins[product.skus[at]] if own and product is not None and rng.random() < 0.3 else ""
        variants[f"{id_}{at}"] = Seen(sku, gtin, f"{size}{unit}")
    return Shelved(listing=id_, key=key, title=_title(rng, thing), status="live", variants=variants)
