"""Mutants of what is sent: wants, plans, prices, stock and what is on sale, each with one promise taken out."""

from __future__ import annotations

from typing import Final

from storesync.testing.broken_recovery import Mutant

__all__ = ["SENDING"]


SENDING: Final = (
    Mutant(
        "each SKU's price goes in a call of its own",
        "storesync.engine.offers",
        "size = work.channel.spec.batches.get(part_of(work.channel.driver, kind), Batch(1)).size",
        "size = 1",
        seed=0,
    ),
    Mutant(
        "a document goes out while prices of its listing are on their way",
        "storesync.engine.offers",
        "            await held.enter_async_context(work.locks.setdefault(key, asyncio.Lock()))",
        "            pass",
        held_by="tests/testing/test_simulation.py::test_a_world_crowded_with_one_mishap_keeps_every_promise"
        "[documents beside prices]",
    ),
    Mutant(
        "new words of a description are not sent",
        "storesync.drivers.shopee.listing",
        "if name not in old or old[name] != value}",
        'if name not in old or (old[name] != value and name != "description")}',
        seed=0,
    ),
    Mutant(
        "what the seller took off sale is shown again",
        "storesync.engine.diff",
        '        and "shown" not in owned',
        "        and True",
        seed=31,
    ),
    Mutant(
        "a price that the seller keeps is not taken from the shop",
        "storesync.engine.owned",
        'prices="prices" in owned, stock="stock" in owned, known=known',
        'prices=False, stock="stock" in owned, known=known',
        held_by="tests/testing/test_simulation.py::test_a_world_crowded_with_one_mishap_keeps_every_promise"
        "[typed prices]",
    ),
    Mutant(
        "prices and stock that the seller keeps are sent where they are unknown",
        "storesync.engine.diff",
        "if changed and kind.value not in owned and _has_call(driver, kind):",
        "if changed and _has_call(driver, kind):",
        seed=53,
    ),
    Mutant(
        "after a doubt every variant is ours",
        "storesync.state.standing.value",
        "mine = {*self.offers, *self.named,",
        "mine = {*(ref.skus if self.doubt is not None else ()), *self.offers, *self.named,",
        seed=28,
    ),
    Mutant(
        "a variant that left the catalog while it was in doubt is nobody's",
        "storesync.state.standing.value",
        "mine = {*self.offers, *self.named,",
        "mine = {*self.offers,",
        seed=13,
    ),
    Mutant(
        "what a seller added on Shopee is ours",
        "storesync.drivers.shopee.models",
        "(ours if mine else own).append(",
        "ours.append(",
        seed=15,
    ),
    Mutant(
        "new tiers leave no room for what a seller added on Shopee",
        "storesync.drivers.shopee.tiers",
        "cells |= {model.id: cell_in(tiers, model.cell) for model in shown.own}",
        "tiers = [dict(tier) for tier in content['tiers']]",
        seed=15,
    ),
    Mutant(
        "rows that a seller added on Tmall are left out",
        "storesync.drivers.tmall.listing",
        "rows += [_wire(row, parts) for row in own]",
        "rows += []",
        seed=27,
    ),
    Mutant(
        "a picture that the market lost is a wrong document",
        "storesync.engine.upload",
        "if not isinstance(fault, UnknownMedia) or not sent or key in work.resent:",
        "if True:",
        seed=20,
    ),
    Mutant(
        "a picture that the market lost is sent again and again",
        "storesync.engine.upload",
        "    work.resent.add(key)\n",
        "",
        held_by="tests/engine/test_forgotten_pictures.py",
    ),
    Mutant(
        "a picture that another listing has just sent is forgotten, too",
        "storesync.engine.upload",
        "if work.media.get(one) == value}",
        "if one in work.media}",
        held_by="tests/engine/test_forgotten_pictures.py",
    ),
    Mutant(
        "no verdict is a good one",
        "storesync.engine.offers",
        "if isinstance(verdict, Fault) and not isinstance(verdict, NoChange)",
        "if False",
        seed=75,
    ),
    Mutant(
        "a secret is known in one spelling only",
        "storesync.model.mask",
        're.compile("".join(map(_spelled, part if len(part) >= self._least else one)))',
        "re.compile(re.escape(one))",
        seed=11,
    ),
    Mutant(
        "a number is no secret",
        "storesync.model.mask",
        "if self._numbers and (kind is int or kind is Decimal):",
        "if False:",
        seed=36,
    ),
    Mutant(
        "a hide whose answer was lost counts as done",
        "storesync.engine.visibility",
        "have_shown=UNKNOWN)\n            standing.bump",
        "have_shown=_AFTER[operation.kind])\n            standing.bump",
        seed=128,
    ),
    Mutant(
        "a price that is held holds the stock as well",
        "storesync.engine.reading",
        "            held=prepared.held,",
        "            held=prepared.held or bool(prepared.kept),",
        seed=1,
    ),
    Mutant(
        "a price that is held is sent as it was known",
        "storesync.engine.owned",
        "    stays = any(offer.kept or offer.uncounted for offer in stand.offers.values())",
        "    stays = False",
        seed=77,
    ),
    Mutant(
        "a look that missed a listing shows it as it was known",
        "storesync.engine.owned",
        "        raise await work.not_seen(stand.key)",
        "        return stand",
        held_by="tests/testing/test_simulation.py::test_a_look_that_missed_a_listing_says_nothing_about_its_price",
    ),
    Mutant(
        "a look at the seller's price makes it one that is wanted",
        "storesync.state.standing.wanting",
        'values["want_prices"] = packed_prices(seen.prices, known.kept)',
        'values["want_prices"] = packed_prices(seen.prices)',
        held_by="tests/engine/test_held_prices.py::"
        "test_what_is_sold_out_stays_so_at_a_held_price_that_the_seller_keeps",
    ),
    Mutant(
        "a product that cannot be read holds its stock, too",
        "storesync.engine.reading",
        "    if not read.stocks or read.key not in reading.known:",
        "    if True:",
        held_by="tests/engine/test_bad_figures.py::test_stock_goes_out_though_a_product_cannot_be_read",
    ),
    Mutant(
        "a stock that nobody counted is the one acknowledged last",
        "storesync.state.standing.wanting",
        "    return STAYS if offer.sku in wanted.uncounted else str(offer.stock)",
        "    return str(offer.stock)",
        held_by="tests/engine/test_bad_figures.py::"
        "test_where_one_call_carries_both_the_live_stock_is_looked_at_first",
    ),
    Mutant(
        "what was sold out comes back before its new price",
        "storesync.engine.diff",
        "        (Kind.STOCK, later, (Kind.PRICES,)),",
        "        (Kind.STOCK, later, ()),",
        held_by="tests/engine/test_causes.py::test_without_its_new_price_it_stays_sold_out",
    ),
    Mutant(
        "what is in doubt was not sold out",
        "storesync.state.standing.columns",
        'if kept and stock == "0":',
        'if kept and row.have_stock == "0":',
        held_by="tests/engine/test_held_prices.py::"
        "test_what_was_sold_out_when_it_was_last_heard_of_does_not_come_back_at_a_price_that_is_held",
    ),
    Mutant(
        "a half of a batch was never sent before",
        "storesync.engine.offers",
        "if not _as_before(log, refusal):",
        "if False:",
        held_by="tests/testing/test_simulation.py::"
        "test_what_was_taken_with_the_others_is_in_doubt_when_it_is_refused_alone",
    ),
    Mutant(
        "an address is written again over what a seller keeps",
        "storesync.engine.create",
        'if by == "address" and not (kept and work.channel.driver.find is not None):',
        'if by == "address":',
        held_by="tests/engine/test_own_variants.py::"
        "test_an_address_is_not_written_again_over_what_the_seller_keeps",
    ),
    Mutant(
        "a whole listing is the SKU that is wanted by now",
        "storesync.engine.work",
        "sorted(stand.named or stand.offers)",
        "stand.offers",
        held_by="tests/engine/test_own_variants.py::"
        "test_what_the_seller_typed_into_a_whole_listing_stays_with_the_sku_that_it_was_made_as",
    ),
    Mutant(
        "a hidden listing is shown again at a price that is held",
        "storesync.engine.diff",
        "        and not off_sale(stand)",
        "        and True",
        seed=30,
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
        'if kept and stock == "0":',
        "if False:",
        seed=50,
    ),
    Mutant(
        "a price in doubt counts as acknowledged",
        "storesync.engine.offers",
        "            known = _as_before(log, fault)",
        "            known = True",
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
        seed=0,
    ),
    Mutant(
        "the calendar is not asked",
        "storesync.engine.calendar",
        "if found is None:",
        "if True:",
        seed=12,
    ),
    Mutant(
        "a refused account holds back every product",
        "storesync.engine.categories",
        "if kept is None and isinstance(fault, Denied):",
        "if False:",
        held_by="tests/testing/test_simulation.py::test_a_world_crowded_with_one_mishap_keeps_every_promise"
        "[refused accounts]",
    ),
    Mutant(
        "what stands in the shop is taken from memory",
        "storesync.engine.drift",
        "    if prices or stock:",
        "    if False:",
        seed=15,
    ),
    Mutant(
        "a text that a hand types again after its repair is the market's own",
        "storesync.engine.drift",
        "                marks[name] = mark if is_due(mark) else DUE",
        '                marks[name] = own_words(wanted or "", theirs)',
        seed=165,
    ),
    Mutant(
        "nobody looks what the market makes of a repair",
        "storesync.engine.afterlook",
        "if channel.driver.observe is None or not any_due(before.seen):",
        "if True:",
        seed=4,
    ),
    Mutant(
        "what a verdict lets out is taken for the market's own words at once",
        "storesync.engine.marks",
        "    if not decided:",
        "    if True:",
        held_by="tests/engine/test_drift.py::test_a_market_that_decides_later_gets_the_third_word",
    ),
    Mutant(
        "a price that another plan wants goes out",
        "storesync.engine.promise",
        "        if promised(stand, operation.skus, part, taken) != operation.want:",
        "        if False:",
        seed=54,
    ),
    Mutant(
        "only the document of a create or an update is compared",
        "storesync.engine.promise",
        '    elif promised(stand, wanted_skus(stand), "offers", taken) != operation.offers:',
        "    elif False:",
        seed=10,
    ),
    Mutant(
        "only the offers of a create or an update are compared",
        "storesync.engine.promise",
        'taken.undone(stand.key, "", "content", stand.want) != operation.want:',
        "False:",
        seed=10,
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
        "    return stand.offers_go or not stand.held",
        "    return False",
        seed=1,
    ),
    Mutant(
        "a document that the market refused holds its stock",
        "storesync.engine.diff",
        "or bool(stand.refused and stand.refused == stand.want)",
        "or False",
        seed=33,
    ),
    Mutant(
        "a variant that left the catalog sells on beside a held text",
        "storesync.state.standing.wanting",
        "    for sku in sorted(rows.keys() | _there(db, channel, wanted.key)):",
        "    for sku in sorted(rows):",
        held_by="tests/testing/test_simulation.py::test_a_world_crowded_with_one_mishap_keeps_every_promise"
        "[refused halves]",
    ),
    Mutant(
        "what is not made to its end sells on at a price that is held",
        "storesync.engine.reading",
        "    if (prepared.kept or prepared.uncounted) and not made and prepared.content is not None:",
        "    if False:",
        held_by="tests/testing/test_simulation.py::test_a_world_crowded_with_one_mishap_keeps_every_promise"
        "[missed halves]",
    ),
    Mutant(
        "a plan is applied whatever happened since",
        "storesync.engine.apply",
        "        if now != plan.revision:",
        "        if False:",
        held_by="tests/engine/test_transitions.py::test_a_plan_is_refused_when_the_state_moved",
    ),
)
