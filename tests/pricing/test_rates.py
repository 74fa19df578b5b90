"""Rate services as they really answer, over the real transport."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from storesync.errors import ConfigError, Denied, Fault, Malformed, Rejected, Throttled, Transient
from storesync.pricing import Rate, Snapshot
from storesync.pricing.rates import (
    Chain,
    Ecb,
    Ecos,
    Frankfurter,
    Kexim,
    Key,
    RateFile,
    RateSource,
    StaticTable,
    collect,
    hosts,
    rate_source,
    rate_sources,
)
from storesync.pricing.rates.ecos import read_ecos
from storesync.pricing.rates.frankfurter import read_frankfurter
from storesync.pricing.rates.kexim import read_kexim
from storesync.transport import Transport

FX = Path(__file__).parent.parent / "data" / "fx"
DAY = date(2026, 10, 30)
NOW = datetime(2026, 10, 30, 3, 0, tzinfo=UTC)
KEY = Key("s3cr3t-k3y")
KEXIM = "https://oapi.koreaexim.go.kr/site/program/financial/exchangeJSON"
ECOS = "https://ecos.bok.or.kr/api/StatisticSearch/s3cr3t-k3y/json/kr/1/15/731Y001/D/20261016/20261030"
ECB = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
FRANKFURTER = "https://api.frankfurter.dev/v2/rates"


def recorded(name: str) -> httpx.Response:
    """A recorded answer, as the service's content type."""
    kind = "text/xml" if name.endswith("xml") else "application/json;charset=UTF-8"
    return httpx.Response(200, content=(FX / name).read_bytes(), headers={"content-type": kind})


SOURCES: dict[str, RateSource] = {
    "kexim": Kexim(KEY),
    "ecos": Ecos(KEY),
    "ecb": Ecb(),
    "frankfurter": Frankfurter(),
}


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    """The real transport, its hosts taken from the sources."""
    made = Transport(hosts(SOURCES), now=lambda: NOW)
    yield made
    await made.close()


async def fetch(
    source: RateSource, transport: Transport, *currencies: str, today: date = DAY
) -> dict[str, Rate]:
    """The rates as `base/quote kind`."""
    found = await source.fetch(transport.send, home="KRW", currencies=currencies, today=today)
    return {f"{rate.base}/{rate.quote} {rate.kind}": rate for rate in found}


# Korea Eximbank


@respx.mock
async def test_kexim_units_commas_and_offshore_yuan(transport: Transport) -> None:
    """JPY(100) is divided, "1,335.30" is read, CNH is the yuan and says so; three kinds of each rate."""
    respx.get(KEXIM).mock(return_value=recorded("kexim-ok.json"))
    rates = await fetch(SOURCES["kexim"], transport, "CNY", "JPY", "USD", "IDR", "VND")
    yuan = rates["CNY/KRW mid"]

    assert (Decimal("200.71"), "kexim", DAY, "KR", NOW) == (
        yuan.value,
        yuan.source,
        yuan.observed,
        yuan.calendar,
        yuan.fetched_at,
    )
    assert "offshore yuan (CNH)" == yuan.note
    assert 32 == len(yuan.digest)
    assert Decimal("8.4913") == rates["JPY/KRW mid"].value
    assert Decimal("0.0736") == rates["IDR/KRW mid"].value
    assert Decimal("1335.30") == rates["USD/KRW mid"].value
    assert (Decimal("198.7"), Decimal("202.71")) == (rates["CNY/KRW buy"].value, rates["CNY/KRW sell"].value)
    assert not any("VND" in pair or "KRW/" in pair for pair in rates)


@respx.mock
async def test_kexim_walks_back_over_holidays(transport: Transport) -> None:
    """An empty list is a day without a notice; the rate carries the day that had one."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["searchdate"])
        return recorded("kexim-ok.json" if asked[-1] == "20261030" else "kexim-holiday.json")

    respx.get(KEXIM).mock(side_effect=answer)
    rates = await fetch(SOURCES["kexim"], transport, "CNY", today=date(2026, 11, 1))

    assert ["20261101", "20261031", "20261030"] == asked
    assert DAY == rates["CNY/KRW mid"].observed


@respx.mock
async def test_kexim_gives_up_after_the_longest_holiday(transport: Transport) -> None:
    """Eleven empty days are no rate, not a loop."""
    route = respx.get(KEXIM).mock(return_value=recorded("kexim-holiday.json"))

    assert {} == await fetch(SOURCES["kexim"], transport, "CNY")
    assert 11 == route.call_count


BAD = [
    ("kexim", KEXIM, recorded("kexim-auth-failed.json"), Denied, "kexim.3"),
    ("kexim", KEXIM, recorded("kexim-quota.json"), Denied, "kexim.4"),
    ("kexim", KEXIM, httpx.Response(200, json=[{"result": 2}]), Rejected, "kexim.2"),
    ("kexim", KEXIM, httpx.Response(200, json={"result": 1}), Malformed, "shape"),
    ("kexim", KEXIM, httpx.Response(200, json=[{"result": 1, "cur_unit": "Yen"}]), Malformed, "shape"),
    (
        "kexim",
        KEXIM,
        httpx.Response(200, json=[{"result": 1, "cur_unit": "USD", "deal_bas_r": "-"}]),
        Malformed,
        "shape",
    ),
    ("kexim", KEXIM, httpx.Response(200, html="<html>점검 중</html>"), Malformed, "shape"),
    ("kexim", KEXIM, httpx.Response(502), Transient, "http.502"),
    ("ecos", f"{ECOS}/0000053", recorded("ecos-bad-key.json"), Denied, "ecos.INFO-100"),
    ("ecos", f"{ECOS}/0000053", recorded("ecos-throttled.json"), Throttled, "ecos.ERROR-602"),
    (
        "ecos",
        f"{ECOS}/0000053",
        httpx.Response(200, json={"RESULT": {"CODE": "ERROR-500", "MESSAGE": "서버 오류"}}),
        Transient,
        "ecos.ERROR-500",
    ),
    (
        "ecos",
        f"{ECOS}/0000053",
        httpx.Response(200, json={"RESULT": {"CODE": "ERROR-601", "MESSAGE": "SQL s3cr3t-k3y"}}),
        Rejected,
        "ecos.ERROR-601",
    ),
    ("ecos", f"{ECOS}/0000053", recorded("ecos-vnd-ok.json"), Malformed, "shape"),
    ("ecos", f"{ECOS}/0000053", httpx.Response(200, json=[]), Malformed, "shape"),
    ("ecos", f"{ECOS}/0000053", httpx.Response(200, json={}), Malformed, "shape"),
    (
        "ecb",
        ECB,
        httpx.Response(200, content=b"<a/>", headers={"content-type": "text/xml"}),
        Malformed,
        "shape",
    ),
    (
        "ecb",
        ECB,
        httpx.Response(200, content=b"<a", headers={"content-type": "text/xml"}),
        Malformed,
        "shape",
    ),
    (
        "ecb",
        ECB,
        httpx.Response(
            200,
            content=b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
            headers={"content-type": "text/xml"},
        ),
        Malformed,
        "shape",
    ),
    ("frankfurter", FRANKFURTER, httpx.Response(503, json={"message": "later"}), Transient, "http.503"),
    ("frankfurter", FRANKFURTER, httpx.Response(429, headers={"retry-after": "7"}), Throttled, "http.429"),
    ("frankfurter", FRANKFURTER, httpx.Response(200, json={"rate": 1}), Malformed, "shape"),
    ("frankfurter", FRANKFURTER, httpx.Response(200, json=[{"rate": "200.71"}]), Malformed, "shape"),
    (
        "frankfurter",
        FRANKFURTER,
        httpx.Response(200, json=[{"date": "2026-10-30", "base": "CNY", "quote": "USD", "rate": 7.1}]),
        Malformed,
        "shape",
    ),
]


@pytest.mark.parametrize(("name", "url", "answer", "fault", "code"), BAD)
@respx.mock
async def test_a_refusal_is_a_fault_and_never_a_rate(
    transport: Transport, name: str, url: str, answer: httpx.Response, fault: type[Fault], code: str
) -> None:
    """Errors inside HTTP 200, wrong shapes, broken XML; and no key in any of it."""
    respx.get(url__startswith=url).mock(return_value=answer)

    with pytest.raises(Fault) as caught:
        await fetch(SOURCES[name], transport, "CNY")

    assert (fault, code) == (type(caught.value), caught.value.code)
    assert KEY.value not in str(caught.value) + repr(caught.value) + repr(caught.value.args)


@respx.mock
async def test_no_key_is_ever_shown(transport: Transport, caplog: pytest.LogCaptureFixture) -> None:
    """Not in the repr of a source, the fault of a lost answer, its causes, or a rate's document."""
    respx.get(url__startswith=ECOS).mock(side_effect=httpx.ReadError("GET /api/StatisticSearch/s3cr3t-k3y"))
    caplog.set_level(logging.DEBUG)

    with pytest.raises(Transient) as caught:
        await fetch(SOURCES["ecos"], transport, "CNY")

    shown = repr(SOURCES) + repr(KEY) + str(caught.value) + repr(caught.value.__cause__)
    logged = "".join(record.getMessage() for record in caplog.records)
    assert KEY.value not in shown + logged


SPOILED = (
    "", "0", "-1", "1e999", "NaN", "Infinity", "abc", None, [], {}, True, 0, -1, Decimal("1.5"), 10**40, "1,2,3",
    "JPY(0)", "JPY(3)", "USD(99999999999999999999)", "20261301", "٢٠٠", "1_0", "5.", "1" * 70, "0." + "0" * 70 + "1",
)  # fmt: skip


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document; of a list the first three."""
    if place:
        yield place
    inner = (
        value.items() if isinstance(value, dict) else enumerate(value[:3] if isinstance(value, list) else ())
    )
    for key, one in inner:
        yield from places(one, (*place, key))


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("kexim-ok.json", lambda body: read_kexim(body, DAY)),
        ("ecos-vnd-ok.json", lambda body: [one for one in (read_ecos(body, "VND"),) if one is not None]),
        ("ecos-bad-key.json", lambda body: [one for one in (read_ecos(body, "VND"),) if one is not None]),
        ("frankfurter-v2-rates.json", read_frankfurter),
    ],
)
def test_a_spoiled_answer_is_a_fault_or_holds_rates(name: str, read: Callable[[Any], Iterable[Rate]]) -> None:
    """One value of a recorded answer is lost or replaced, each in turn: no exception of another kind, no zero."""
    text = (FX / name).read_text()
    told = 0
    for place in places(json.loads(text, parse_float=Decimal)):
        for spoiled in (..., *SPOILED):
            body = holder = json.loads(text, parse_float=Decimal)
            for key in place[:-1]:
                holder = holder[key]
            if spoiled is ...:
                del holder[place[-1]]
            else:
                holder[place[-1]] = spoiled
            try:
                assert all(rate.value > 0 for rate in read(body))
            except Fault:
                told += 1

    assert told > 10


def test_an_empty_key_is_refused() -> None:
    """Masking the empty text would mask everything."""
    with pytest.raises(ValueError, match="empty"):
        Key("")


# Bank of Korea


@respx.mock
async def test_ecos_dong_per_hundred_and_the_latest_row(transport: Transport) -> None:
    """5.08 won for 100 dong on the last day that has a row."""
    respx.get(f"{ECOS}/0000035").mock(return_value=recorded("ecos-vnd-ok.json"))
    respx.get(f"{ECOS}/0000053").mock(return_value=recorded("ecos-cny-ok.json"))
    rates = await fetch(SOURCES["ecos"], transport, "VND", "CNY", "TWD")
    dong = rates["VND/KRW mid"]

    assert (Decimal("0.0508"), DAY, "5.08 per 100 VND") == (dong.value, dong.observed, dong.raw)
    assert Decimal("200.71") == rates["CNY/KRW mid"].value
    assert 2 == len(rates)


@respx.mock
async def test_ecos_without_rows_has_no_rate(transport: Transport) -> None:
    """INFO-200 is a holiday, not an error."""
    respx.get(f"{ECOS}/0000053").mock(return_value=recorded("ecos-no-data.json"))

    assert {} == await fetch(SOURCES["ecos"], transport, "CNY")


# European Central Bank


@respx.mock
async def test_ecb_is_per_euro_and_has_no_dong(transport: Transport) -> None:
    """Won and yuan per euro make a cross of one day: golden case P25."""
    respx.get(ECB).mock(return_value=recorded("ecb-daily.xml"))
    rates = await fetch(SOURCES["ecb"], transport, "CNY", "VND")
    route = Snapshot(rates=tuple(rates.values())).route("KRW", "CNY")
    assert route is not None

    assert {"EUR/CNY mid", "EUR/KRW mid"} == set(rates)
    assert "TARGET" == rates["EUR/KRW mid"].calendar
    assert "200.705" == str(route.per_target)[:7]


@respx.mock
async def test_ecb_zeros_that_the_file_drops_are_digits(transport: Transport) -> None:
    """7.4300 stands there as 7.43, and the cross is not refused as one of three digits."""
    text = (FX / "ecb-daily.xml").read_text().replace("7.4326", "7.43").replace("1491.76", "1490")
    respx.get(ECB).mock(return_value=httpx.Response(200, text=text, headers={"content-type": "text/xml"}))
    rates = await fetch(SOURCES["ecb"], transport, "CNY")

    assert "7.4300" == str(rates["EUR/CNY mid"].value)
    assert ("1490.0", "7.43") == (str(rates["EUR/KRW mid"].value), rates["EUR/CNY mid"].raw)


@respx.mock
async def test_ecb_leaves_a_suspended_currency_out(transport: Transport) -> None:
    """N/A is no rate."""
    text = (FX / "ecb-daily.xml").read_text().replace("7.4326", "N/A")
    respx.get(ECB).mock(return_value=httpx.Response(200, text=text, headers={"content-type": "text/xml"}))

    assert {"EUR/KRW mid"} == set(await fetch(SOURCES["ecb"], transport, "CNY"))


# Frankfurter


@respx.mock
async def test_frankfurter_is_asked_for_the_strong_in_the_weak(transport: Transport) -> None:
    """Won per yuan; dong per won, since won per dong would keep four digits only."""
    row = json.loads((FX / "frankfurter-v2-rates.json").read_text())[0]

    def answer(request: httpx.Request) -> httpx.Response:
        pair = (request.url.params["base"], request.url.params["quotes"])
        rates = {("CNY", "KRW"): 200.71, ("VND", "KRW"): 0.0508, ("KRW", "VND"): 19.6853}
        if pair not in rates:
            return httpx.Response(422, json={"message": "invalid currency"})
        return httpx.Response(200, json=[{**row, "base": pair[0], "quote": pair[1], "rate": rates[pair]}])

    respx.get(FRANKFURTER).mock(side_effect=answer)
    rates = await fetch(SOURCES["frankfurter"], transport, "CNY", "VND", "KPW")

    assert {"CNY/KRW mid": Decimal("200.71"), "KRW/VND mid": Decimal("19.6853")} == {
        pair: rate.value for pair, rate in rates.items()
    }
    assert DAY == rates["CNY/KRW mid"].observed


# Tables, files, discovery


async def test_a_table_and_a_file_are_sources_too(transport: Transport, tmp_path: Path) -> None:
    """Read anew at every fetch, never invented."""
    path = tmp_path / "rates.toml"
    path.write_text(
        'kind = "live"\nas_of = 2026-10-30\nquotes = { KRW_per_CNY = "200.71", KRW_per_THB = "39" }\n'
    )
    from_file = await fetch(RateFile(path), transport, "CNY")
    table = StaticTable(Snapshot(rates=tuple(from_file.values())))

    assert {"CNY/KRW mid": Decimal("200.71")} == {pair: rate.value for pair, rate in from_file.items()}
    assert from_file == await fetch(table, transport, "CNY")


@pytest.mark.parametrize(
    "text",
    ['kind = "fixture"\nas_of = 2026-10-30\nquotes = { KRW_per_CNY = "2" }', "kind = 5", "= broken", None],
)
async def test_a_bad_rate_file_is_a_config_error(
    transport: Transport, tmp_path: Path, text: str | None
) -> None:
    """Invented rates, mistakes, no TOML, no file: the message names the file."""
    path = tmp_path / "rates.toml"
    if text is not None:
        path.write_text(text)

    with pytest.raises(ConfigError, match=r"rates\.toml"):
        await fetch(RateFile(path), transport, "CNY")


def test_sources_are_found_by_name() -> None:
    """The built-in ones are there; an unknown one is named with the known ones."""
    assert {"ecb", "ecos", "file", "frankfurter", "kexim", "static"} <= set(rate_sources())
    assert Ecos is rate_source("ecos")
    with pytest.raises(ConfigError, match=r"no rate source 'reuters'.*kexim"):
        rate_source("reuters")


@respx.mock
async def test_a_whole_run_over_the_services(transport: Transport) -> None:
    """Yuan from the Eximbank confirmed by the ECB, dong from the Bank of Korea; one snapshot with an id."""
    respx.get(KEXIM).mock(return_value=recorded("kexim-ok.json"))
    respx.get(ECB).mock(return_value=recorded("ecb-daily.xml"))
    respx.get(f"{ECOS}/0000035").mock(return_value=recorded("ecos-vnd-ok.json"))
    respx.get(f"{ECOS}/0000053").mock(return_value=recorded("ecos-cny-ok.json"))
    result = await collect(
        home="KRW",
        currencies=("CNY", "VND"),
        chain=Chain(sources={"*": ("kexim", "ecos")}, witness="ecb"),
        sources=SOURCES,
        send=transport.send,
        now=NOW,
        today=DAY,
    )
    kinds = {f"{rate.base} {rate.source} {rate.kind}" for rate in result.snapshot.rates}

    assert {"CNY kexim mid", "CNY kexim buy", "CNY kexim sell", "VND ecos mid"} == kinds
    assert ["rates.fallback", "rates.unconfirmed"] == [issue.code for issue in result.issues]
    assert Snapshot.from_document(result.snapshot.document()) == result.snapshot
    assert KEY.value not in str(result.snapshot.document())


@respx.mock
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("path", sorted({*FX.glob("*.json"), *FX.glob("*.xml")}), ids=lambda path: path.name)
async def test_another_service_s_answer_is_never_a_rate(
    transport: Transport, source: str, path: Path
) -> None:
    """A proxy, a moved host or a new version: whatever comes is read as its own shape, or refused."""
    respx.route().mock(return_value=recorded(path.name))
    own = path.name.startswith("frankfurter-v2" if source == "frankfurter" else source)
    try:
        found = await fetch(SOURCES[source], transport, "CNY", "USD", "VND")
    except Fault:
        found = {}

    assert own or {} == found
