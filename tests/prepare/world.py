"""A small world for the passes: one serum, two markets, a driver that only renders, and round prices."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

import storesync.driver as sd
from storesync.issues import Issue
from storesync.localization import Reference, ReferenceText, source_hash
from storesync.model import (
    Axis,
    Brand,
    Category,
    Channel,
    Choice,
    Copy,
    File,
    Image,
    Limit,
    Market,
    Money,
    Offer,
    Price,
    Product,
    Supply,
    Variant,
)
from storesync.prepare import Prepared, Settings, prepare

MAIN, SECOND, DETAIL = "a" * 64, "b" * 64, "c" * 64
CN = Market("CN", ("zh-Hans",), "CNY")
VN = Market("VN", ("vi",), "VND")


def file(sha256: str, **changes: Any) -> File:
    """A JPEG of 1,000 bytes."""
    return evolve(
        File(
            sha256=sha256, path=f"{sha256[:3]}.jpg", type="image/jpeg", bytes=1000, name=f"{sha256[:3]}.jpg"
        ),
        **changes,
    )


SERUM = Product(
    key="SBG-001",
    text=Copy(
        "설빛가온 산양삼 히알루론 보습 세럼",
        "산양삼 추출물과 히알루론산을 담은 보습 세럼입니다.",
        points=("보습 세럼",),
    ),
    brand=Brand(code="SBG", name="설빛가온", latin="SEOLBITGAON"),
    category="C-SER",
    variants=(
        Variant(
            "SBG-001-30", {"용량": "30ml"}, images=(Image("d" * 64, "variant", "SBG-001-30"),), weight_g=120
        ),
        Variant("SBG-001-50", {"용량": "50ml"}, weight_g=165),
    ),
    axes=(Axis("용량", "용량", choices={"30ml": Choice("30ml"), "50ml": Choice("50ml")}),),
    supply={
        "SBG-001-30": Supply(sku="SBG-001-30", price=Money(32000, "KRW"), stock=240),
        "SBG-001-50": Supply(sku="SBG-001-50", price=Money(46000, "KRW"), stock=180),
    },
    images=(Image(MAIN, "main"), Image(SECOND, "gallery"), Image(DETAIL, "detail", locale="ko")),
    files={sha: file(sha) for sha in (MAIN, SECOND, DETAIL, "d" * 64)},
    facts={"shelf_life_months": "36", "inci": "Water; Glycerin; 1,2-Hexanediol", "storage": "실온 보관"},
    keys={"efficacy": ("moist", "nourish"), "skin_type": ("dry",)},
    hs="330499",
    tags=("bestseller",),
    at="products.csv:2",
)

REFERENCE = Reference(
    texts={
        "SBG-001": {
            "zh-Hans": ReferenceText(
                title="SEOLBITGAON 林下参玻尿酸保湿精华液",
                short_description="添加林下参提取物，为干燥肌肤补充水分。",
                attributes={
                    "品牌": "SEOLBITGAON",
                    "产地": "韩国",
                    "净含量": "30ml/50ml",
                    "功效": "保湿、滋养",
                    "适用肤质": "干性肤质",
                    "成分": "水、甘油、1,2-己二醇",
                    "保质期": "36个月",
                    "储存方式": "避光常温保存",
                },
                source=source_hash(SERUM.text),
                at="translations.csv:2",
            ),
            "vi": ReferenceText(
                title="SEOLBITGAON Serum dưỡng ẩm sâm núi",
                short_description="Serum bổ sung độ ẩm cho da khô.",
                attributes={
                    "Thương hiệu": "SEOLBITGAON",
                    "Xuất xứ": "Hàn Quốc",
                    "Dung tích/Khối lượng": "30ml/50ml",
                    "Công dụng": "Dưỡng ẩm, Nuôi dưỡng da",
                    "Loại da": "Da khô",
                    "Thành phần (INCI)": "Water, Glycerin, 1,2-Hexanediol",
                    "Hạn sử dụng": "36 tháng",
                    "Bảo quản": "Bảo quản nơi khô mát",
                },
                at="translations.csv:3",
            ),
        }
    },
    options={
        "name": {
            "용량": {"zh-Hans": "容量", "vi": "Dung tích"},
            "향": {"zh-Hans": "香型", "vi": "Mùi hương"},
            "색상": {"zh-Hans": "颜色", "vi": "Màu sắc"},
        },
        "value": {
            "솔잎": {"zh-Hans": "松针", "vi": "Lá thông"},
            "라벤더": {"zh-Hans": "薰衣草", "vi": "Oải hương"},
        },
    },
    vocabulary={
        "efficacy": {
            "moist": {"zh-Hans": "保湿", "vi": "Dưỡng ẩm"},
            "nourish": {"zh-Hans": "滋养", "vi": "Nuôi dưỡng da"},
        },
        "skin_type": {"dry": {"zh-Hans": "干性肤质", "vi": "Da khô"}},
    },
)

SERUMS = Category(
    "50011978",
    attributes={
        "p1": sd.Attribute("p1", "产地", required=True, choices={"720": "韩国", "721": "中国"}, custom=False),
        "p2": sd.Attribute(
            "p2",
            "功效",
            required=True,
            choices={"1": "保湿", "2": "滋养", "3": "美白"},
            custom=False,
            multiple=True,
        ),
        "p3": sd.Attribute("p3", "成分"),
    },
    axes={
        "50": sd.Attribute("50", "容量", choices={"501": "30ml", "502": "50ml"}),
        "51": sd.Attribute("51", "香型"),
    },
    brands={"900": "SeolbitGaon", "901": "DORUNAEL"},
    text={"title": Limit(60, unit="columns")},
    version="v1",
)


def channel(*markets: Market, **changes: Any) -> Channel:
    """One shop for these markets; China's when none is named."""
    full = {"name": "tmall-cn", "driver": "paper", "environment": "sandbox", **changes}
    return Channel(markets=markets or (CN,), **full)


def settings(*markets: Market, **changes: Any) -> Settings:
    """Settings under which the serum is listed without a finding."""
    full: dict[str, Any] = {
        "channel": channel(*markets),
        "reference": REFERENCE,
        "today": date(2026, 11, 23),
        "categories": {"C-SER": "50011978"},
        "attributes": {"*": {"p1": "origin", "p3": "text:成分"}, "50011978": {"p2": "key:efficacy"}},
        "accept": frozenset({"reference"}),
        "policies": {"CN": "cn", "VN": "vn"},
    }
    return Settings(**{**full, **changes})


@frozen(kw_only=True)
class Quote:
    """What a pricer answers."""

    price: Price | None
    trace: Any = "trace"
    issues: tuple[Issue, ...] = ()
    held: bool = False


def tenth(**asked: Any) -> Quote:
    """A pricer for tests of everything but pricing: a unit of any market's currency for each hundred won."""
    money = asked["product"].supply[asked["sku"]].price
    return Quote(price=Price(Money(money.amount / 100, asked["market"].currency)))


def render(shop: sd.Shop, listing: sd.Listing) -> sd.Content:
    """Everything a buyer reads, as it stands in the listing."""
    return {
        "id": listing.key,
        "title": listing.text.title,
        "description": listing.text.description,
        "brand": listing.brand.id or listing.brand.text,
        "attributes": {id_: [c.id or c.text for c in choices] for id_, choices in listing.attributes.items()},
        "skus": {
            v.sku: [axis.choices[v.options[axis.code]].text for axis in listing.axes]
            for v in listing.variants
        },
        "images": [image.ref for image in listing.images],
    }


def _unused(*_: Any) -> Iterator[Any]:
    raise AssertionError("preparation sends nothing")
    yield


SPEC = sd.Spec(
    name="paper",
    hosts={"live": {"api": "https://paper.example"}},
    source=sd.Source("https://paper.example/docs", "2026-11-23"),
    currencies={"CNY": 2, "VND": 0},
    text={"title": Limit(120), "description": Limit(5000, 5)},
    images={"main": sd.ImageRule(1, 1, 2_000), "gallery": sd.ImageRule(4)},
    price_range={"CNY": (Decimal(1), Decimal(100_000))},
    price_ratio=Decimal(5),
)


def driver(**changes: Any) -> sd.Driver[Any, sd.Shop]:
    """A driver that can render and nothing else of use; `spec_…` words change its spec."""
    spec = {key[5:]: value for key, value in changes.items() if key.startswith("spec_")}
    rest = {key: value for key, value in changes.items() if not key.startswith("spec_")}
    full: dict[str, Any] = {
        "spec": evolve(SPEC, **spec),
        "account": object,
        "shop": sd.Shop,
        "render": render,
        "classify": lambda request, response: None,
        "create": _unused,
        "update": _unused,
    }
    return sd.Driver(**{**full, **rest})


def prepared(
    product: Product = SERUM,
    *,
    settings: Settings | None = None,
    driver: sd.Driver[Any, sd.Shop] | None = None,
    category: Category | None = SERUMS,
    last: Mapping[str, Offer] | None = None,
    pricer: Any = tenth,
    **more: Any,
) -> Prepared:
    """The pass over one product, with this world's own values where nothing else is said."""
    given = settings or globals()["settings"]()
    return prepare(
        product,
        settings=given,
        driver=driver or globals()["driver"](),
        shop=sd.Shop(channel=given.channel.name, markets=given.channel.markets),
        category=category,
        pricer=pricer,
        last=last or {},
        **more,
    )


def codes(result: Prepared) -> list[str]:
    """The codes of all findings, in order."""
    return [issue.code for issue in result.issues]
