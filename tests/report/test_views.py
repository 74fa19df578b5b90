"""Plans, prices and runs as people read them: on a terminal and on the page."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from attrs import evolve
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType

from storesync.engine import Outcome, OutcomeState, Report
from storesync.errors import Rejected
from storesync.issues import Issue, Severity, counted
from storesync.model import Money
from storesync.plan import Detail, Guard, Held, Kind, Operation, Plan
from storesync.report.amount import said, told, told_text
from storesync.report.plan_page import plan_page
from storesync.report.plan_view import findings, held_lines, plan_view
from storesync.report.run_view import run_view
from storesync.report.text_view import texts_view


def _text(view: RenderableType, width: int = 200) -> str:
    console = Console(width=width, file=StringIO())
    console.print(view)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def _held(number: int) -> Held:
    key = f"SBG-{number:03}"
    issue = Issue(
        "price.policy_expired",
        f"{key}/price",
        f"{key}: the VAT ended",
        hint="change line 31",
        at="prices.toml:31",
    )
    return Held(key=key, title="설빛가온", reason=issue.message, issues=(issue,))


def _plan(*operations: Operation, **more: object) -> Plan:
    values = {"channel": "tmall-cn", "revision": 3, "made_at": "2026-11-23T04:00:00+00:00", "products": 80}
    return Plan(operations=operations, **{**values, **more})  # type: ignore[arg-type]  # one table of values


DEARER = Operation(
    kind=Kind.PRICES,
    key="SBG-001",
    title="林下参 <script>alert(1)</script>",
    skus=("SBG-001-30",),
    causes=("price rule",),
    details=(Detail("SBG-001-30 price", "219.00 CNY", "1229.00 CNY"),),
)
NEW = Operation(
    kind=Kind.CREATE,
    key="SBG-002",
    title="Toner",
    skus=("SBG-002-200",),
    causes=("new",),
    details=(Detail("SBG-002-200", "", "939000 VND × 320"),),
)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("219.00", "CNY", "¥219.00"),
        ("939000", "VND", "939,000 ₫"),
        ("32000", "KRW", "₩32,000"),
        ("29090.90909090909", "KRW", "₩29,090.91"),
        ("1200", "JPY", "1,200 JPY"),
    ],
)
def test_money_is_written_one_way(amount: str, currency: str, shown: str) -> None:
    """A sign belongs to one currency; yen keep their code, so that ¥ is never two things."""
    assert shown == told(Money(Decimal(amount), currency))
    assert shown == told_text(f"{amount} {currency}")


def test_what_is_no_money_stays_as_it_is() -> None:
    """Texts pass unchanged."""
    assert ["Nước hoa hồng", "", "12"] == [told_text(text) for text in ("Nước hoa hồng", "", "12")]


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("219.00 CNY would become 1399.00 CNY: 5 %", "¥219.00 would become ¥1,399.00: 5 %"),
        (
            "below the floor 448.4082 CNY (cost 9000 KRW, margin 0.9)",
            "below the floor ¥448.41 (cost ₩9,000, margin 0.9)",
        ),
        ("at most 50000 VND) + 2.50 MYR", "at most 50,000 ₫) + 2.50 MYR"),
        (
            "1 VND = 0.0508 KRW (ecos mid) and 1 CNY = 200.71 KRW",
            "1 VND = 0.0508 KRW (ecos mid) and 1 CNY = 200.71 KRW",
        ),
        (
            "KRW_per_100VND = 5.08, at A-219 CNY-live, 3 SKU, v1.2 USD2",
            "KRW_per_100VND = 5.08, at A-219 CNY-live, 3 SKU, v1.2 USD2",
        ),
    ],
)
def test_amounts_in_a_sentence_are_written_the_same_way(sentence: str, shown: str) -> None:
    """And rates keep all their digits: they are no money."""
    assert shown == said(sentence)


def test_a_plan_shows_before_after_cause_and_counts() -> None:
    """One line tells what changes, from what to what, and why."""
    text = _text(plan_view(_plan(DEARER, NEW, unchanged=78)))

    assert "80 products: 1 to create, 1 price change · 78 unchanged" in text
    assert "¥219.00 → ¥1,229.00" in text
    assert "price rule" in text
    assert "939,000 ₫ × 320" in text


def test_many_operations_refused_for_one_reason_are_told_once() -> None:
    """One line with the reason and the way out, not eighty; few are told each."""
    report = Report(channel="tmall-cn", run="r")
    for number in range(20):
        fault = Rejected("no.picture", f"picture {number} is unknown")
        outcome = Outcome(
            kind=Kind.CREATE, key=f"K-{number}", state=OutcomeState.REFUSED, said=str(fault), fault=fault
        )
        report.add(outcome)
    report.add(Outcome(kind=Kind.HIDE, key="Z", state=OutcomeState.FAILED, said="no answer"))
    said = _text(run_view(report), 400)

    assert "20 operations on K-0, K-1," in said
    assert "and 8 more: the first of them: no.picture: picture 0 is unknown" in said
    assert "hide Z: no answer" in said
    assert 1 == said.count(Rejected.way)


def test_one_way_out_for_many_products_is_told_once_though_it_names_each() -> None:
    """What a market asks of every product differs by the key alone; with --all each is told."""
    held = [
        Held(
            key=key, title="", reason="a number", issues=(Issue("c", key, "a number", hint=f"add {key},VN"),)
        )
        for key in ("A-1", "A-2", "A-3", "A-4", "A-5")
    ]
    few = _text(Group(*held_lines(held)))
    each = _text(Group(*held_lines(held, whole=True)))

    assert (1, 5) == (few.count("→ add"), each.count("→ add"))
    assert "5 listings: A-1, A-2, A-3, A-4, A-5" in few


@pytest.mark.parametrize("width", [56, 60, 80, 100, 120])
def test_a_figure_is_never_broken(width: int) -> None:
    """Beside its title or below it, at any width: an amount, its sign and what it becomes stay on one line."""
    dear = Detail("SBG-001-30 price", "939000 VND", "1799000 VND")
    plan = _plan(evolve(DEARER, title="Tinh chất dưỡng ẩm sâm núi và axit hyaluronic", details=(dear,)), NEW)
    lines = _text(plan_view(plan), width).splitlines()

    assert [] == [line for line in lines if len(line) > width]
    assert 1 == sum("939,000 ₫ → 1,799,000 ₫" in line for line in lines)
    assert 1 == sum("939,000 ₫ × 320" in line for line in lines)


def test_further_lines_of_a_finding_stand_under_its_text() -> None:
    """A long finding is one paragraph; in a pipe without wrapping it is one line."""
    issue = Issue("price.policy_expired", "SBG-001/price", "the VAT of the policy ended with the year")
    view = Group(*findings([issue]))
    console = Console(width=60, file=StringIO())
    console.print(view, soft_wrap=True)
    first, *rest = _text(view, 60).splitlines()

    assert first.startswith("  ! error  SBG-001/price: ")
    assert rest
    assert all(line.startswith("        ") and line[8] != " " for line in rest)
    assert isinstance(console.file, StringIO)
    assert 1 == len(console.file.getvalue().splitlines())


def test_one_is_not_many() -> None:
    """Numbers and their nouns agree."""
    one = Report(
        channel="tmall-cn", run="r", outcomes=[Outcome(kind=Kind.STOCK, key="K", state=OutcomeState.DONE)]
    )

    assert "1 operation: " in _text(run_view(one))
    assert "0 operations: " in _text(run_view(Report(channel="tmall-cn", run="r")))
    assert ["1 listing", "2 listings", "1,000 rows are"] == [
        counted(1, "listing"),
        counted(2, "listing"),
        counted(1000, "row is", "rows are"),
    ]


def test_many_operations_are_cut_unless_all_are_asked_for() -> None:
    """A long plan says how many it does not show; nothing is silently left out."""
    many = [Operation(kind=Kind.CREATE, key=f"K-{n}", title="x") for n in range(20)]

    assert "12 more to create: --all shows them" in _text(plan_view(_plan(*many)))
    assert "more to create" not in _text(plan_view(_plan(*many), most=None))


def test_listings_with_one_way_out_are_told_together() -> None:
    """Eighty listings held by one line are one message with that line."""
    view = _text(plan_view(_plan(held=tuple(_held(n) for n in range(1, 80)))))
    page = plan_page([_plan(held=tuple(_held(n) for n in range(1, 80)))])

    assert "79 listings: SBG-001, " in view
    assert 1 == view.count("change line 31")
    assert 1 == page.count("change line 31")
    assert 79 == sum(f"<b>SBG-{n:03}</b>" in page for n in range(1, 80))


def test_a_tripped_guard_says_how_to_pass_it() -> None:
    """The limit, what was measured, and the option with a reason."""
    guard = Guard(name="price swing", limit="30%", measured="461%", tripped=True, hint="look at SBG-001-30")
    view = _text(plan_view(_plan(DEARER, guards=(guard,))))
    page = plan_page([_plan(DEARER, guards=(guard,))])

    assert "price swing: 461% (limit 30%): nothing is sent without a reason" in view
    assert "--allow 'price swing=why'" in view
    assert "--allow 'price swing=why'" in page


def test_the_page_escapes_what_comes_from_a_catalog() -> None:
    """A title that holds markup is shown as text."""
    page = plan_page([_plan(DEARER)], sources={"SBG-001": "<b>세럼</b>"})

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;세럼&lt;/b&gt;" in page


def test_the_page_shows_commands_as_such_and_escapes_the_rest_of_a_hint() -> None:
    """What stands between backticks is a command; nothing else in a hint becomes markup."""
    guard = Guard(
        name="price swing", limit="30%", measured="46%", tripped=True, hint="see <b> with `storesync explain`"
    )
    page = plan_page([_plan(DEARER, guards=(guard,))])

    assert "See &lt;b&gt; with <code>storesync explain</code>." in page


def test_the_page_opens_a_price() -> None:
    """Every stage of a new price is on the page, with before and after."""
    steps = [
        {
            "stage": "convert",
            "before": "35000.00 KRW",
            "after": "688976.38 VND",
            "detail": "1 VND = 0.0508 KRW",
        }
    ]
    page = plan_page(
        [_plan(NEW)], prices={"tmall-cn": {"SBG-002-200": {"VN": {"policy": "vn", "steps": steps}}}}
    )

    assert "how this price came to be" in page
    assert "₩35,000" in page
    assert "1 VND = 0.0508 KRW" in page


def test_a_run_names_what_was_not_carried_out() -> None:
    """Counts for all, a line with the reason for each that failed."""
    report = Report(channel="tmall-cn", run="r1", seconds=1.25)
    report.add(Outcome(kind=Kind.CREATE, key="SBG-001", state=OutcomeState.DONE))
    report.add(Outcome(kind=Kind.CREATE, key="SBG-002", state=OutcomeState.REFUSED, said="title too long"))
    text = _text(run_view(report))

    assert "2 operations: 1 done, 1 refused" in text
    assert "create SBG-002: title too long" in text
    assert "SBG-001" not in text


def test_a_warning_has_its_place_and_way_out() -> None:
    """Findings that hold nothing back are told after what is held."""
    stale = Issue(
        "text.stale", "SBG-010/title", "the source changed", Severity.WARNING, hint="review it", at="t.csv:7"
    )
    text = _text(plan_view(_plan(warnings=(stale,))))

    assert "t.csv:7 · SBG-010/title: the source changed [text.stale]" in text
    assert "→ review it" in text


def test_a_text_is_explained_with_its_source_its_maker_and_the_gates() -> None:
    """What it says, of what, by whom, how far approved and when; within a terminal's width."""
    texts = {
        "vi": {
            "title": {
                "by": "machine",
                "maker": "deepl",
                "state": "unsure",
                "at": "2026-11-23T06:00:00+00:00",
                "note": "short_description:3: '3 năm' is the same amount in another unit [numbers]",
                "text": "SEOLBITGAON Serum dưỡng ẩm sâm núi và axit hyaluronic " * 3,
                "original": "설빛가온 산양삼 히알루론 보습 세럼",
            },
            "short_description": {"by": "human", "maker": "Kim", "state": "reviewed", "text": "Serum."},
            "attributes": {"by": "template", "state": "final"},
            "description": {"by": "template", "state": "unsure"},
        }
    }

    said = _text(texts_view(texts), width=100)

    assert all(cell_len(line) <= 100 for line in said.splitlines())
    for part in (
        "made by deepl · unsure · 2026-11-23 06:00 UTC",
        "of: 설빛가온 산양삼 히알루론 보습 세럼",
        "gates: short_description:3: '3 năm'",
        "approved by Kim · reviewed",
        "from the tables of the catalog",
        "composed of these texts and facts",
    ):
        assert part in said
    assert "every gate passed" not in said
