"""A delivered text whose source changed is told, whether or not anybody wrote down what it was made from."""

import csv
from collections.abc import Callable
from typing import Any

import polib
import pytest
from tests.cli.conftest import Merchant
from tests.cli.test_translating import planned

from storesync.compliance import Scanner

OLD, NEW = "설빛가온 산양삼 히알루론 보습 세럼", "설빛가온 산양삼 새 보습 세럼"
PLACE = "SBG-001/title"


def stale(plan: Any) -> dict[str, str]:
    """The message about each stale place of a plan."""
    return {one["path"]: one["message"] for one in plan["warnings"] if one["code"] == "text.stale"}


def told(plan: Any) -> set[str]:
    """The codes of all that stands against one product."""
    found = [issue for held in plan["held"] for issue in held["issues"]]
    return {issue["code"] for issue in found if issue["path"].startswith("SBG-001")}


def rewrite(merchant: Merchant, change: Callable[[dict[str, str]], object]) -> None:
    """Change the delivered Chinese row of SBG-001."""
    file = merchant.folder / "catalog" / "translations.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows:
        if (row["product_code"], row["locale"]) == ("SBG-001", "zh-Hans"):
            change(row)
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_a_delivered_text_goes_stale_with_its_source(merchant: Merchant) -> None:
    """Without a source_hash: what stood beside it first is what it was made from; listing and second plan go on."""
    first, before = planned(merchant)
    assert 0 == merchant("sync").code
    merchant.edit("catalog/products.csv", OLD, NEW)
    code, plan = planned(merchant)
    again, second = planned(merchant)
    merchant.edit("catalog/products.csv", NEW, OLD)
    _, back = planned(merchant)

    assert (0, 0, 0) == (first, code, again)
    assert {} == stale(before) == stale(back)
    ((path, message),) = stale(plan).items()
    assert "SBG-001/texts/zh-Hans/title" == path
    assert f"the source of {PLACE} changed since its zh-Hans text was delivered: it was '{OLD}'" == message
    (warning,) = [one for one in plan["warnings"] if one["code"] == "text.stale"]
    assert warning["at"].startswith("translations.csv:")
    assert f"storesync texts confirm {PLACE} --locale zh-Hans" in warning["hint"]
    assert stale(plan) == stale(second)


def test_every_way_out_of_staleness_works(merchant: Merchant) -> None:
    """A corrected row, a word of the merchant, a translator's approval; the corrected row put back is stale again."""
    planned(merchant)
    merchant.edit("catalog/products.csv", OLD, NEW)
    title = "SEOLBITGAON 林下参玻尿酸保湿精华液"

    rewrite(merchant, lambda row: row.update(title=title.replace("玻尿酸", "新")))
    _, corrected = planned(merchant)
    rewrite(merchant, lambda row: row.update(title=title))
    _, put_back = planned(merchant)
    file = merchant.folder / "zh.po"
    merchant("texts", "export", str(file), "--locale", "zh-Hans", "--waiting")
    po = polib.pofile(str(file))
    entry = next(entry for entry in po if entry.msgctxt == PLACE)
    entry.flags.remove("fuzzy")
    po.save(str(file))
    taken = merchant("texts", "import", str(file), "--locale", "zh-Hans", "--by", "Kim", "--json")
    _, approved = planned(merchant)
    merchant("texts", "export", str(file), "--locale", "zh-Hans")
    kept = next(one for one in polib.pofile(str(file)) if one.msgctxt == PLACE)

    assert OLD not in kept.comment + kept.tcomment
    assert ({}, {}) == (stale(corrected), stale(approved))
    assert ["SBG-001/texts/zh-Hans/title"] == list(stale(put_back))
    assert OLD in entry.comment + entry.tcomment
    assert 1 == taken.document["taken"]


def test_a_merchant_says_that_a_text_still_holds(merchant: Merchant) -> None:
    """The place is named as the finding names it; another place has nothing to confirm."""
    planned(merchant)
    merchant.edit("catalog/products.csv", OLD, NEW)
    planned(merchant)

    none = merchant("texts", "confirm", "SBG-001/nothing", "--locale", "zh-Hans", "--json")
    _, still = planned(merchant)
    done = merchant("texts", "confirm", PLACE, "--locale", "zh-Hans", "--json")
    _, after = planned(merchant)
    merchant.edit("catalog/products.csv", NEW, OLD)
    _, changed = planned(merchant)
    whole = merchant("texts", "confirm", "SBG-001", "--locale", "zh-Hans")
    _, fresh = planned(merchant)

    assert (1, 0, 0) == (none.code, done.code, whole.code)
    assert "text.place" in none.out
    assert [PLACE] == done.document["places"]
    assert (1, 0, 1, 0) == (len(stale(still)), len(stale(after)), len(stale(changed)), len(stale(fresh)))


def test_a_stale_text_that_is_locked_says_no_more_why_it_waited(merchant: Merchant) -> None:
    """The lock is the merchant's word that it holds."""
    planned(merchant)
    merchant.edit("catalog/products.csv", OLD, NEW)
    planned(merchant)
    file = merchant.folder / "zh.csv"

    merchant("texts", "lock", PLACE, "--locale", "zh-Hans")
    merchant("texts", "export", str(file), "--locale", "zh-Hans")
    _, plan = planned(merchant)

    rows = {row["place"]: row for row in csv.DictReader(file.read_text("utf-8-sig").splitlines())}
    assert ("yes", "") == (rows[PLACE]["locked"], rows[PLACE]["note"])
    assert {} == stale(plan)


def test_an_attribute_goes_stale_with_its_fact(merchant: Merchant) -> None:
    """Stored cool instead of dark: no gate sees that, a person must."""
    planned(merchant)
    products = merchant.folder / "catalog" / "products.csv"
    lines = products.read_text("utf-8").splitlines(keepends=True)
    one = next(number for number, line in enumerate(lines) if line.startswith("SBG-001"))
    lines[one] = lines[one].replace(",직사광선을 피해 실온 보관,", ",직사광선을 피해 서늘한 곳에 보관,")
    products.write_text("".join(lines), encoding="utf-8")

    code, plan = planned(merchant)
    confirmed = merchant("texts", "confirm", "SBG-001/attributes/储存方式", "--locale", "zh-Hans")
    _, after = planned(merchant)

    assert (0, 0) == (code, confirmed.code)
    assert ["SBG-001/texts/zh-Hans/attributes/储存方式"] == list(stale(plan))
    assert {} == stale(after)


def test_an_approved_row_is_no_shield(merchant: Merchant) -> None:
    """Reviewed for another source: an export hands it out as a draft, and the new approval counts."""
    rewrite(merchant, lambda row: row.update(reviewed="yes"))
    planned(merchant)
    merchant.edit("catalog/products.csv", OLD, NEW)
    _, plan = planned(merchant)
    file = merchant.folder / "zh.csv"
    merchant("texts", "export", str(file), "--locale", "zh-Hans")
    rows = {row["place"]: row for row in csv.DictReader(file.read_text("utf-8-sig").splitlines())}
    text = file.read_text("utf-8-sig").replace(rows[PLACE]["text"], "SEOLBITGAON 林下参新保湿精华液")
    file.write_text(text, encoding="utf-8")
    merchant("texts", "import", str(file), "--locale", "zh-Hans", "--by", "Kim")
    _, after = planned(merchant)

    assert 1 == len(stale(plan))
    assert ("translated", "reviewed") == (rows[PLACE]["state"], rows["SBG-001/short_description"]["state"])
    assert OLD in rows[PLACE]["note"]
    assert {} == stale(after)
    assert "新保湿精华液" in merchant("plan", "--json").out


def test_a_persons_text_stays_before_one_that_is_as_old(merchant: Merchant) -> None:
    """Both were made from the source before: what nobody approved does not come back; a row of the new source does."""
    file = merchant.folder / "zh.csv"
    planned(merchant)
    merchant("texts", "export", str(file), "--locale", "zh-Hans")
    rows = {row["place"]: row["text"] for row in csv.DictReader(file.read_text("utf-8-sig").splitlines())}
    text = file.read_text("utf-8-sig").replace(rows[PLACE], "SEOLBITGAON 林下参玻尿酸润泽保湿精华液")
    file.write_text(text, encoding="utf-8")
    merchant("texts", "import", str(file), "--locale", "zh-Hans", "--by", "Kim")
    merchant.edit("catalog/products.csv", OLD, NEW)

    _, plan = planned(merchant)
    old = merchant("plan", "--json").out
    rewrite(merchant, lambda row: row.update(title="SEOLBITGAON 林下参新保湿精华液"))
    _, fresh = planned(merchant)
    new = merchant("plan", "--json").out

    assert ["SBG-001/texts/zh-Hans/title"] == list(stale(plan))
    assert "Kim" in stale(plan)["SBG-001/texts/zh-Hans/title"]
    assert "润泽保湿精华液" in old
    assert {} == stale(fresh)
    assert "林下参新保湿精华液" in new


@pytest.mark.parametrize(
    ("title", "codes"),
    [
        ("東海海带保濕面霜", {"text.simplified"}),
        ("SEOLBITGAON 保湿面霜 999ml", {"text.numbers"}),
    ],
)
def test_a_wrong_text_is_not_made_right_by_a_new_source(
    merchant: Merchant, title: str, codes: set[str]
) -> None:
    """It was wrong beside the source that it was made from, and it stays so."""
    rewrite(merchant, lambda row: row.update(title=title))
    first, before = planned(merchant)
    merchant.edit("catalog/products.csv", OLD, NEW)
    code, after = planned(merchant)

    assert (2, 2) == (first, code)
    assert codes <= told(before)
    assert codes <= told(after)
    assert 1 == len(stale(after))


def test_a_text_that_was_right_for_its_source_goes_on_showing(merchant: Merchant) -> None:
    """Its number is the old source's: told as stale, not as a wrong number; a word that is never right still holds."""
    merchant.edit("catalog/products.csv", OLD, f"{OLD} 30ml")
    rewrite(merchant, lambda row: row.update(title="SEOLBITGAON 东海林下参玻尿酸保湿精华液 30ml"))
    first, _ = planned(merchant)
    merchant.edit("catalog/products.csv", f"{OLD} 30ml", f"{OLD} 50ml")
    code, plan = planned(merchant)
    merchant.edit("catalog/products.csv", f"{OLD} 50ml", f"{OLD} 동해 50ml")
    sea, held = planned(merchant)

    assert (0, 0, 2) == (first, code, sea)
    assert {"text.stale"} == {one["code"] for one in plan["warnings"]}
    assert "text.glossary" in told(held)


def test_nothing_is_judged_again_while_nothing_changes(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stale text is told by every plan, and looked at by the first."""
    merchant.edit("storesync.toml", "# [compliance]", "[compliance]")
    merchant.edit("storesync.toml", '# evidence = "evidence.csv"', 'evidence = "evidence.csv"')
    planned(merchant)
    merchant.edit("catalog/products.csv", OLD, NEW)
    planned(merchant)
    scanned: list[str] = []
    scan = Scanner.scan

    def counted(self: Scanner, text: str, **more: Any) -> Any:
        scanned.append(text)
        return scan(self, text, **more)

    monkeypatch.setattr(Scanner, "scan", counted)
    _, plan = planned(merchant)

    assert 1 == len(stale(plan))
    assert [] == scanned
