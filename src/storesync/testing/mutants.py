"""`python -m storesync.testing.mutants`: the engine broken on purpose, and the simulation that must notice.

A judge that has never condemned anybody proves nothing. Each mutant is one change to one place of the engine,
made in the memory of a process of its own; the worlds are run until one breaks a promise.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

from attrs import frozen

__all__ = ["MUTANTS", "SMOKE", "Caught", "Mutant", "hunt", "main"]


@frozen
class Mutant:
    """One promise broken: in `module` the text `before` becomes `after`.

    The worlds must notice it, or a test of the repository that makes what no world has: `held_by` names it.
    """

    name: str
    module: str
    before: str
    after: str
    held_by: str = ""


MUTANTS: Final = (
    Mutant(
        "each SKU's price goes in a call of its own",
        "storesync.engine.offers",
        "size = work.channel.spec.batches.get(part_of(work.channel.driver, kind), Batch(1)).size",
        "size = 1",
    ),
    Mutant(
        "new words of a description are not sent",
        "storesync.drivers.shopee.listing",
        "if name not in old or old[name] != value}",
        'if name not in old or (old[name] != value and name != "description")}',
    ),
    Mutant(
        "what the seller took off sale is shown again",
        "storesync.engine.diff",
        '        and "shown" not in owned',
        "        and True",
    ),
    Mutant(
        "every doubt is left to a person",
        "storesync.engine.create",
        'if identity.by == "none" or work.channel.driver.find is None:',
        "if True:",
    ),
    Mutant(
        "a lost answer is taken for a refusal",
        "storesync.engine.flows",
        "if unknown and request.effect is Effect.ONCE:",
        "if False:",
    ),
    Mutant(
        "code that fails over an answer leaves no doubt",
        "storesync.engine.flows",
        "    return _meant(channel, request, log, fault) if asked.unheard and not fault.untouched else fault",
        "    return fault",
    ),
    Mutant(
        "an answer that was cut is taken as it is",
        "storesync.driver.errortable",
        "if not response.readable:",
        "if False:",
    ),
    Mutant(
        "a create in doubt is not looked for",
        "storesync.engine.create",
        "    return await look_for(work, stand, stand.doubt)\n\n\nasync def look_for",
        "    return None\n\n\nasync def look_for",
    ),
    Mutant(
        "a search is believed before it can know",
        "storesync.engine.work",
        "identity.lag + identity.late",
        "0.0",
    ),
    Mutant(
        "another machine's clock is believed to the second",
        "storesync.engine.work",
        "apart = CLOCKS if seconds and since < self.began else 0.0",
        "apart = 0.0",
        held_by="tests/testing/test_simulation.py::test_a_look_waits_for_the_slowest_clock",
    ),
    Mutant(
        "a late effect is not waited for",
        "storesync.engine.work",
        "        if stand.unsettled is not None:",
        "        if False:",
    ),
    Mutant(
        "a half is forgotten when step two is refused",
        "storesync.engine.create",
        "half = stand.ours(fault.ref) if isinstance(fault.ref, Ref) else found",
        "half = found",
    ),
    Mutant(
        "the token of a create is new with every try",
        "storesync.engine.create",
        'known = stand.token if work.honors(stand.token_at) else ""',
        'known = ""',
    ),
    Mutant(
        "after a doubt every variant is ours",
        "storesync.state.standing.value",
        "mine = {*self.offers, *self.named,",
        "mine = {*(ref.skus if self.doubt is not None else ()), *self.offers, *self.named,",
    ),
    Mutant(
        "a variant that left the catalog while it was in doubt is nobody's",
        "storesync.state.standing.value",
        "mine = {*self.offers, *self.named,",
        "mine = {*self.offers,",
    ),
    Mutant(
        "a token counts as used when it was used last",
        "storesync.engine.create",
        "since = first or channel.env.now()",
        "since = channel.env.now()",
    ),
    Mutant(
        "a listing that a look missed is made anew unseen",
        "storesync.engine.create",
        '(by == "key" and stand.token and work.honors(stand.token_at))',
        '(by == "key" and (not stand.token or work.honors(stand.token_at)))',
    ),
    Mutant(
        "a token that waits for its turn is not too old",
        "storesync.engine.log",
        "if request.effect is Effect.ONCE and self.until is not None and self.channel.env.now() >= self.until:",
        "if False:",
        held_by="tests/engine/test_request_token.py::test_a_request_that_waited_too_long_does_not_leave_under_its_token",
    ),
    Mutant(
        "a request whose token is honored is left to a person",
        "storesync.engine.create",
        "        return None  # the same request again",
        '        raise Parked("because")',
    ),
    Mutant(
        "where nothing can be asked every create is left to a person",
        "storesync.engine.create",
        "        # A half may have grown since its ref was noted",
        '        if work.channel.spec.identity.by == "none":\n            raise Parked("because")\n        #',
    ),
    Mutant(
        "a refusal ends a doubt that nobody looked into",
        "storesync.engine.create",
        'identity.by not in ("key", "address")',
        "identity.by not in ()",
    ),
    Mutant(
        "what was found counts as what is wanted",
        "storesync.engine.create",
        "certain = found is None and stand.doubt is None",
        "certain = True",
    ),
    Mutant(
        "no verdict is a good one",
        "storesync.engine.offers",
        "bad = {sku: verdict for sku, verdict in told.items() if isinstance(verdict, Fault)}",
        "bad = {}",
    ),
    Mutant(
        "an update that broke off counts as done",
        "storesync.engine.update",
        'values |= {"have": UNKNOWN, "asked": want}',
        'values |= {"have": operation.want, "asked": want}',
    ),
    Mutant(
        "a secret is known in one spelling only",
        "storesync.model.mask",
        're.compile("".join(map(_spelled, part if len(part) >= self._least else one)))',
        "re.compile(re.escape(one))",
    ),
    Mutant(
        "a token leaves whoever holds its lease",
        "storesync.engine.account",
        "            await self.held.fresh()\n",
        "",
        held_by="tests/engine/test_account_race.py::test_a_slow_renewal_never_overlaps_a_take_over",
    ),
    Mutant(
        "a refusal is of whatever token there is",
        "storesync.state.token",
        '{"account": account, "base": base, "version": version}, values)',
        '{"account": account, "base": base}, values)',
        held_by="tests/engine/test_account_race.py::test_a_late_refusal_says_nothing_of_a_newer_token",
    ),
    Mutant(
        "a renewal counts in no quota",
        "storesync.engine.account",
        "channel.spec.quotas, channel.scopes, most=_PATIENCE",
        "{}, channel.scopes, most=_PATIENCE",
        held_by="tests/engine/test_account.py::test_a_renewal_counts_in_the_days_quota",
    ),
    Mutant(
        "a number is no secret",
        "storesync.model.mask",
        "if self._numbers and (kind is int or kind is Decimal) and abs(value) in self._numbers:",
        "if False:",
    ),
    Mutant(
        "the heads of answers are kept as they came",
        "storesync.engine.channel",
        "headers = {mask.text(name): mask.text(value) for name, value in before.items()}",
        "headers = dict(before)",
    ),
    Mutant(
        "a dead process leaves nothing to settle",
        "storesync.engine.settle",
        "    for operation in left:",
        "    for operation in []:",
    ),
    Mutant(
        "a hide whose answer was lost counts as done",
        "storesync.engine.visibility",
        "have_shown=UNKNOWN)\n            standing.bump",
        "have_shown=_AFTER[operation.kind])\n            standing.bump",
    ),
    Mutant(
        "requests leave before their intent is written",
        "storesync.engine.flows",
        "            await log.intend(request)",
        "            log.open = -1",
    ),
    Mutant(
        "a price that is held holds the stock as well",
        "storesync.engine.reading",
        "            held=prepared.held,",
        "            held=prepared.held or bool(prepared.kept),",
    ),
    Mutant(
        "a price that is held is sent as it was known",
        "storesync.engine.owned",
        "    stays = any(offer.kept for offer in stand.offers.values())",
        "    stays = False",
    ),
    Mutant(
        "a hidden listing is shown again at a price that is held",
        "storesync.engine.diff",
        "        and not off_sale(stand)",
        "        and True",
    ),
    Mutant(
        "a hidden listing is shown again whatever of it the market refused",
        "storesync.engine.visibility",
        "if kind is Kind.SHOW and (skus := not_as_wanted(stand, owned)):",
        "if kind is Kind.SHOW and (skus := ()):",
        held_by="tests/engine/test_held_prices.py::"
        "test_what_is_sold_out_does_not_come_back_on_sale_where_the_market_refused_its_stock",
    ),
    Mutant(
        "what is sold out is put back on sale at a price that is held",
        "storesync.state.standing.columns",
        'if kept and row.have_stock == "0":',
        "if False:",
    ),
    Mutant(
        "two may hold the lease",
        "storesync.state.lease",
        "if row.owner and row.owner != owner and row.until > stamp(now) and not ended(row.owner):",
        "if False:",
    ),
    Mutant(
        "the same document is sent again and again",
        "storesync.engine.accepting",
        '"have": want,',
        '"have": "",',
    ),
    Mutant(
        "everything is read before it is written",
        "storesync.engine.create",
        "return None if stand.ref is None else await _look(work, stand, stand.ref)",
        "return (await work.find(stand, None) or [None])[0]",
    ),
    Mutant(
        "a price in doubt counts as acknowledged",
        "storesync.engine.offers",
        "known = not log.begun or (unsent and log.lost is None)",
        "known = True",
        held_by="tests/engine/test_transitions.py::test_a_price_in_doubt_is_sent_again_wherever_the_merchant_goes",
    ),
    Mutant(
        "an older price goes out where the newest is unknown",
        "storesync.engine.offers",
        "made.append(OfferChange(ref, offer.want, offer.have, work.channel.env.token()))",
        "made.append(OfferChange(ref, (not offer.have and offer.last) or offer.want, offer.have, 'x' * 32))",
        held_by="tests/engine/test_transitions.py::test_a_price_in_doubt_is_sent_again_wherever_the_merchant_goes",
    ),
    Mutant(
        "a price below its floor is sent as it is",
        "storesync.pricing.pipeline",
        "if floor is None or floor.compare(amount) <= 0:",
        "if True:",
    ),
    Mutant(
        "the calendar is not asked",
        "storesync.engine.calendar",
        "if found is None:",
        "if True:",
    ),
    Mutant(
        "the calendar is asked before an operation waits, not after",
        "storesync.engine.log",
        "shut = None if self.begun else closed(self.channel, self.kind)",
        "shut = None",
    ),
    Mutant(
        "a new process has the whole day's quota",
        "storesync.state.usage",
        "(row.used, unstamp(row.until)) if row.until > stamp(now) else (0, renews)",
        "(0, renews)",
    ),
    Mutant(
        "a state that fails is the driver's fault",
        "storesync.engine.flows",
        "except (StoresyncError, SQLAlchemyError):",
        "except StoresyncError:",
        held_by="tests/engine/test_planning.py::test_a_state_that_fails_ends_the_run_and_the_next_one_goes_on",
    ),
    Mutant(
        "a refused account holds back every product",
        "storesync.engine.categories",
        "if kept is None and isinstance(fault, Denied):",
        "if False:",
    ),
    Mutant(
        "what stands in the shop is taken from memory",
        "storesync.engine.drift",
        "    if prices or stock:",
        "    if False:",
    ),
    Mutant(
        "a token that ended is not renewed",
        "storesync.engine.flows",
        "    await renew(channel, account)",
        "    pass",
        held_by="tests/engine/test_transitions.py::test_a_token_that_ended_is_renewed_once_for_all_workers",
    ),
    Mutant(
        "an old fence is good enough",
        "storesync.state.store",
        "if row is None or row.fence != self.number or row.owner != self.owner:",
        "if False:",
        held_by="tests/engine/test_fence.py",
    ),
    Mutant(
        "what is wanted now is sent, whatever the plan showed",
        "storesync.engine.work",
        "        said = otherwise(operation, stand, self.taken, part)\n",
        "        said = ''\n",
    ),
    Mutant(
        "a price that another plan wants goes out",
        "storesync.engine.promise",
        "        if promised(stand, operation.skus, part, taken) != operation.want:",
        "        if False:",
    ),
    Mutant(
        "only the document of a create or an update is compared",
        "storesync.engine.promise",
        '    elif promised(stand, wanted_skus(stand), "offers", taken) != operation.offers:',
        "    elif False:",
    ),
    Mutant(
        "only the offers of a create or an update are compared",
        "storesync.engine.promise",
        'taken.undone(stand.key, "", "content", stand.want) != operation.want:',
        "False:",
    ),
    Mutant(
        "what a run took over from the shop makes its own plan stale",
        "storesync.engine.promise",
        "            known[after] = known.get(before, before)",
        "            pass",
        held_by="tests/engine/test_offers.py::test_one_call_for_both_carries_the_sellers_own_price",
    ),
    Mutant(
        "a plan takes in what another one wrote while it was made",
        "storesync.engine.planning",
        "        if not reading.meant(stand):",
        "        if False:",
        held_by="tests/engine/test_shown.py::test_a_plan_holds_what_another_one_wanted_while_it_was_made",
    ),
    Mutant(
        "wants are written and the revision stays",
        "storesync.engine.reading",
        "        standing.bump(db, channel)\n",
        "",
        held_by="tests/engine/test_shown.py::test_a_plan_that_was_interrupted_leaves_nothing_for_a_reviewed_one_to_send",
    ),
    Mutant(
        "a held text holds stock and prices, too",
        "storesync.engine.diff",
        "    return stand.offers_go and not stand.ending and not stand.parked",
        "    return False",
    ),
    Mutant(
        "a plan is applied whatever happened since",
        "storesync.engine.apply",
        "        if now != plan.revision:",
        "        if False:",
        held_by="tests/engine/test_transitions.py::test_a_plan_is_refused_when_the_state_moved",
    ),
)
"""Every way in which the engine is broken on purpose."""

SMOKE: Final = ("a lost answer is taken for a refusal", "a half is forgotten when step two is refused")
"""Those that every test run hunts."""


@frozen
class Caught:
    """The world that condemned a mutant, or the test, after no world; `seed` None when all let it pass."""

    mutant: str
    seed: int | None
    worlds: int
    said: str
    seconds: float


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles a module with one place of it changed, from memory: no file and no cache sees it."""

    def __init__(self, mutant: Mutant, path: str) -> None:
        super().__init__(mutant.module, path)
        self._mutant = mutant

    def get_code(self, fullname: str) -> CodeType:
        text = Path(self.path).read_text(encoding="utf-8")
        found = text.count(self._mutant.before)
        if found != 1:
            raise SystemExit(
                f"mutant {self._mutant.name!r}: {self._mutant.module} has its text {found} times; "
                "the engine changed: change the mutant with it"
            )
        return compile(text.replace(self._mutant.before, self._mutant.after), self.path, "exec")


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._mutant.module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.origin is not None
        return importlib.util.spec_from_loader(fullname, _Loader(self._mutant, spec.origin))


def hunt(mutant: Mutant, seeds: int, first: int = 0) -> Caught:
    """Run worlds with this mutant until one is broken. Only in a process that has loaded nothing of the engine."""
    if mutant.module in sys.modules:
        raise RuntimeError(f"{mutant.module} is loaded already: hunt each mutant in a process of its own")
    sys.meta_path.insert(0, _Finder(mutant))
    began = time.monotonic()
    if mutant.held_by:
        failed = _fails(mutant.held_by)
        said = f"{mutant.held_by} fails" if failed else ""
        return Caught(mutant.name, 0 if failed else None, 0, said, time.monotonic() - began)
    from storesync.testing.simulate import run_some

    for seed in range(first, first + seeds):
        (verdict,) = run_some([seed])
        said = verdict if isinstance(verdict, str) else str(dict(verdict.broken)) if verdict.broken else ""
        if said:
            return Caught(mutant.name, seed, seed - first + 1, said, time.monotonic() - began)
    return Caught(mutant.name, None, seeds, "", time.monotonic() - began)


def _fails(test: str) -> bool:
    """Whether a test of the repository fails; where there is none, nothing is proven."""
    import pytest

    with redirect_stdout(StringIO()):
        # Rewriting assertions, pytest would load the engine in its own way, unbroken.
        code = pytest.main(["-q", "-x", "-n", "0", "-p", "no:cacheprovider", "--assert=plain", test])
    return code == pytest.ExitCode.TESTS_FAILED


def main(arguments: list[str] | None = None) -> int:
    """Hunt the mutants; 0 when every one was caught."""
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument("--seeds", type=int, default=600, help="worlds for each mutant at most")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--only", default="", help="mutants with this in their name")
    chosen = parser.parse_args(arguments)
    some = [mutant for mutant in MUTANTS if chosen.only in mutant.name]
    passed = 0
    with ProcessPoolExecutor(chosen.jobs, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        hunts = [pool.submit(hunt, mutant, chosen.seeds, chosen.first) for mutant in some]
        for done in hunts:
            caught = done.result()
            passed += caught.seed is None
            where = (
                "NOT CAUGHT" if caught.seed is None else f"seed {caught.seed}" if caught.worlds else "a test"
            )
            sys.stdout.write(f"{caught.mutant:<50}{where:>12}  {caught.said[:110]}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(some) - passed} of {len(some)} mutants caught\n")
    return 1 if passed else 0


if __name__ == "__main__":
    raise SystemExit(main())
