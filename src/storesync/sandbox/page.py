"""The page that shows a person what the emulated shops show: picture, title, price, stock, status."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from html import escape

from storesync.issues import counted
from storesync.sandbox.core import Market
from storesync.sandbox.records import Listing, Sku, StoredFile

ROWS = 500
LIVE = "everything is in memory and gone when this process ends."
SAVED = "this page was saved: the shops themselves ended with the process that served them."
STYLE = """
:root{color-scheme:light dark;--ink:#222;--soft:#555;--line:#ddd;--ground:#fff;--tile:#eee;
--live:#d8f0dc;--bad:#f6d9d6;--wait:#fdf0cf}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#9aa4b2;--line:#343b47;--ground:#14181e;--tile:#2a313b;
--live:#1c4429;--bad:#57262a;--wait:#4d3b12}}
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:var(--ink);
background:var(--ground)}
h1{font-size:1.4rem} h2{font-size:1.15rem;margin-top:2.2rem} .note{color:var(--soft)}
table{border-collapse:collapse;width:100%} td,th{border-bottom:1px solid var(--line);padding:.45rem .5rem;
text-align:left;vertical-align:top} td.number,th.number{text-align:right;white-space:nowrap}
img{width:56px;height:56px;object-fit:cover;border-radius:4px;background:var(--tile);display:block}
small{color:var(--soft)} td:nth-child(3) small{white-space:nowrap}
.status{border-radius:3px;padding:.05rem .4rem;background:var(--tile);white-space:nowrap}
.live{background:var(--live)} .rejected,.banned{background:var(--bad)} .in_review{background:var(--wait)}
@media (max-width:44rem){body{margin:1rem auto} thead{display:none}
tr{display:grid;grid-template-columns:64px 1fr auto;gap:.1rem .6rem;padding:.5rem 0;border-bottom:1px solid var(--line)}
td{border:0;padding:0} td:first-child{grid-row:span 4} td:nth-child(n+2){grid-column:2/4}
td.number{text-align:left;white-space:normal} td.number[data-name]::before{content:attr(data-name) " ";color:var(--soft)}}
"""


def page(markets: Mapping[str, Market], *, note: str = LIVE) -> str:
    """The whole page as HTML without outside assets; the newest listings of each shop first.

    `note` says how long what it shows is true.
    """
    sections = "".join(_market(name, market) for name, market in markets.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>storesync sandbox</title><style>{STYLE}</style></head><body>"
        "<h1>storesync sandbox: emulated shops</h1>"
        '<p class="note">Nothing here is a real platform. Categories, brands and ids are invented; '
        f"{escape(note)}</p>"
        f"{sections}</body></html>"
    )


def _market(name: str, market: Market) -> str:
    sections = []
    for shop in market.shops.values():
        counts = market.counts(shop.id)
        listings = [item for item in market.alive() if item.shop == shop.id]
        shown = "".join(_row(name, market, shop.currency, item) for item in reversed(listings[-ROWS:]))
        by_status = ", ".join(
            f"{count} {status}" for status, count in counts.items() if count and status != "alive"
        )
        more = f"<p class='note'>The newest {ROWS} of {len(listings)}.</p>" if len(listings) > ROWS else ""
        sections.append(
            f'<section id="{escape(name)}"><h2>{escape(shop.name)} '
            f"<small>{escape(name)} · {escape(shop.id)} · {escape(shop.region)}</small></h2>"
            f'<p class="note">{counted(counts["alive"], "listing")} ({escape(by_status) or "none yet"}), '
            f"{counted(len(market.duplicates()), 'key')} listed twice, "
            f"{counted(market.throttled, 'call')} throttled.</p>"
            "<table><thead><tr><th></th><th>Title</th><th>Variants</th>"
            '<th class="number">Price</th><th class="number">Stock</th><th>Status</th></tr></thead>'
            f"<tbody>{shown}</tbody></table>{more}</section>"
        )
    return "".join(sections)


def _row(name: str, market: Market, currency: str, item: Listing) -> str:
    picture = _picture(market, item)
    image = (
        f'<img alt="" loading="lazy" src="/_sandbox/{name}/files/{escape(picture.id)}">' if picture else ""
    )
    prices = [sku.price for sku in item.skus.values()] or [item.price]
    reason = f"<br><small>{escape(item.reason)}</small>" if item.reason else ""
    return (
        f"<tr><td>{image}</td><td>{escape(item.title)}<br><small>{escape(item.key)} · {item.id}</small></td>"
        f"<td><small>{_skus(currency, item.skus.values())}</small></td>"
        f'<td class="number">{_range(currency, prices)}</td>'
        f'<td class="number" data-name="stock">{item.stock}</td>'
        f'<td><span class="status {item.status}">{item.status.replace("_", " ")}</span>{reason}</td></tr>'
    )


def _skus(currency: str, skus: Iterable[Sku]) -> str:
    return "<br>".join(f"{escape(sku.code)}: {_money(currency, sku.price)} × {sku.stock}" for sku in skus)


def _range(currency: str, prices: list[Decimal]) -> str:
    low, high = min(prices), max(prices)
    return _money(currency, low) if low == high else f"{_money(currency, low)} – {_money(currency, high)}"


def _money(currency: str, price: Decimal) -> str:
    return f"{price:,.0f} {currency}" if currency == "VND" else f"{price:,.2f} {currency}"


def _picture(market: Market, item: Listing) -> StoredFile | None:
    for image in item.images:
        stored = market.files.get(image) or market.addresses.get(image)
        if stored is not None and stored.data:
            return stored
    return None
