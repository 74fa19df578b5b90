"""Both emulated shops on loopback, as other processes meet them."""

from collections.abc import Iterator

import httpx
import pytest
from tests.sandbox.shopee_client import request as shopee_request
from tests.sandbox.shopee_client import serum as shopee_serum
from tests.sandbox.top_client import CATEGORY, PNG, Clock, request, serum

from storesync.sandbox.server import example_markets, serving

CLOCK = Clock()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """One server for this module, on a virtual clock that stands still."""
    with serving(example_markets(CLOCK)) as address:
        yield address


@pytest.fixture
def http(server: str) -> Iterator[httpx.Client]:
    """A client of a server without listings or faults."""
    with httpx.Client(base_url=server, trust_env=False) as client:
        for name in ("tmall", "shopee"):
            client.post(f"/_sandbox/{name}/reset").raise_for_status()
        yield client


def send(http: httpx.Client, sent: httpx.Request, prefix: str = "") -> httpx.Response:
    """The request, sent to the server instead of its invented host."""
    url = http.base_url.copy_with(raw_path=prefix.encode() + sent.url.raw_path)
    return http.send(httpx.Request(sent.method, url, headers=_plain(sent), content=sent.read()))


def _plain(sent: httpx.Request) -> dict[str, str]:
    return {name: value for name, value in sent.headers.items() if name in ("content-type",)}


def test_one_product_is_listed_on_each_shop(http: httpx.Client) -> None:
    """Over real sockets, at the root and below the shop's name; truth, page and picture show it."""
    upload = request(
        "taobao.picture.upload", CLOCK(), {"img": ("a.png", PNG, "image/png")}, image_input_title="a"
    )
    picture = send(http, upload).json()["picture_upload_response"]["picture"]["picture_path"]
    added = send(
        http, request("tmall.item.schema.add", CLOCK(), None, **CATEGORY, xml_data=serum(picture)), "/tmall"
    ).json()
    image = send(
        http, shopee_request("media_space/upload_image", CLOCK, files={"image": ("a.png", PNG, "image/png")})
    ).json()["response"]["image_info"]["image_id"]
    item = send(http, shopee_request("product/add_item", CLOCK, shopee_serum(image)), "/shopee").json()
    page, saved = http.get("/"), http.get("/?saved")
    counts = [http.get(f"/_sandbox/{name}/counts").json() for name in ("tmall", "shopee")]
    file = http.get(f"/_sandbox/shopee/files/{image}")

    assert "add_item_result" in added["tmall_item_schema_add_response"]
    assert item["response"]["item_id"]
    assert [(1, 1), (1, 0)] == [(count["alive"], count["live"]) for count in counts]
    assert "林下参玻尿酸保湿精华液" in page.text
    assert "939,000 VND" in page.text
    assert "gone when this process ends" in page.text
    assert "gone when this process ends" not in saved.text
    assert "this page was saved" in saved.text
    assert (PNG, "image/png") == (file.content, file.headers["content-type"])
    assert {} == http.get("/_sandbox/tmall/duplicates").json()


def test_a_lost_answer_is_a_closed_connection(http: httpx.Client) -> None:
    """Set over the control address; the effect is in the truth."""
    upload = shopee_request("media_space/upload_image", CLOCK, files={"image": ("a.png", PNG, "image/png")})
    image = send(http, upload).json()["response"]["image_info"]["image_id"]
    script = {"script": [{"fault": "lost_after", "kind": "create", "times": 2}]}
    http.put("/_sandbox/shopee/faults", json=script).raise_for_status()
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            send(http, shopee_request("product/add_item", CLOCK, shopee_serum(image)))

    assert 2 == len(http.get("/_sandbox/shopee/duplicates").json()["SBG-001"])
    assert "lost_after:read" == http.get("/_sandbox/shopee/calls?limit=1").json()[0]["fault"]
    assert [] == http.get("/_sandbox/shopee/faults").json()["script"]


def test_a_quota_is_halved_while_the_server_runs(http: httpx.Client) -> None:
    """The next call already meets it; the old one is put back."""
    before = http.get("/_sandbox/shopee/quota").json()
    http.put("/_sandbox/shopee/quota", json={"rate": 1.0, "burst": 1}).raise_for_status()
    answers = [send(http, shopee_request("shop/get_shop_info", CLOCK)).status_code for _ in range(2)]
    http.put("/_sandbox/shopee/quota", json={"rate": before["rate"], "burst": before["burst"]})

    assert [200, 429] == answers
    assert 1 == http.get("/_sandbox/shopee/quota").json()["throttled"]


def test_the_control_addresses_refuse_what_they_do_not_know(http: httpx.Client) -> None:
    """With words, and no change."""
    late = {"script": [{"fault": "late", "seconds": 60}]}
    refused = http.put("/_sandbox/tmall/faults", json=late)
    unknown = http.get("/_sandbox/amazon/counts")

    assert (400, True) == (refused.status_code, "at most 3 s" in refused.json()["error"])
    assert (404, True) == (unknown.status_code, "shopee" in unknown.json()["error"])
    assert 400 == http.post("/_sandbox/tmall/edit", json={"listing": 1}).status_code


def test_a_seller_edits_by_hand_over_the_control_address(http: httpx.Client) -> None:
    """Price and title change in the truth."""
    upload = shopee_request("media_space/upload_image", CLOCK, files={"image": ("a.png", PNG, "image/png")})
    image = send(http, upload).json()["response"]["image_info"]["image_id"]
    item = send(http, shopee_request("product/add_item", CLOCK, shopee_serum(image))).json()["response"][
        "item_id"
    ]
    http.post("/_sandbox/shopee/edit", json={"listing": item, "price": "5000", "title": "<b>tay</b>"})
    truth = http.get("/_sandbox/shopee/export").json()["listings"][0]

    assert ("5000", "<b>tay</b>") == (truth["price"], truth["title"])
    assert "&lt;b&gt;tay&lt;/b&gt;" in http.get("/").text


def test_the_example_shops_declare_their_quota_and_lags() -> None:
    """At least 50 requests/s per shop, search at most 3 s behind."""
    markets = example_markets(CLOCK)

    assert ["shopee", "tmall"] == sorted(markets)
    for made, _ in markets.values():
        assert made.behavior.quota.rate >= 50
        assert made.behavior.search_lag <= 3
