"""Mutants of recovery: doubts, tokens, leases and answers, each with one promise taken out."""

from __future__ import annotations

from typing import Final

from attrs import frozen

__all__ = ["RECOVERY", "Mutant"]


@frozen
class Mutant:
    """One promise broken: in `module` the text `before` becomes `after`.

    The worlds must notice it: that of `seed` is known to. What few worlds or none have is noticed by a test of the
    repository: `held_by` names it.
    """

    name: str
    module: str
    before: str
    after: str
    seed: int | None = None
    held_by: str = ""


RECOVERY: Final = (
    Mutant(
        "one pass over a shop is the whole, and its creates look for nothing",
        "storesync.engine.unmatched",
        "    if find is None or observe is None or",
        "    if True or find is None or observe is None or",
        held_by="tests/engine/test_adopt_moving.py::"
        "test_a_listing_made_by_hand_after_the_adoption_is_taken_over_without_a_write",
    ),
    Mutant(
        "every doubt is left to a person",
        "storesync.engine.create",
        'if identity.by == "none" or work.channel.driver.find is None:',
        "if True:",
        seed=3,
    ),
    Mutant(
        "a lost answer is taken for a refusal",
        "storesync.engine.flows",
        "if unknown and request.effect is Effect.ONCE:",
        "if False:",
        seed=1,
    ),
    Mutant(
        "code that fails over an answer leaves no doubt",
        "storesync.engine.flows",
        "    return _meant(channel, request, log, fault) if asked.unheard and not fault.untouched else fault",
        "    return fault",
        seed=68,
    ),
    Mutant(
        "an answer that was cut is taken as it is",
        "storesync.driver.errortable",
        "if not response.readable:",
        "if False:",
        seed=491,
    ),
    Mutant(
        "a create in doubt is not looked for",
        "storesync.engine.create",
        "    return await look_for(work, stand, stand.doubt)\n\n\nasync def look_for",
        "    return None\n\n\nasync def look_for",
        seed=1,
    ),
    Mutant(
        "a create in doubt is not looked for while its document waits",
        "storesync.engine.doubts",
        "        return stand.doubt is not None and driver.find is not None",
        "        return False and driver.find is not None",
        seed=264,
    ),
    Mutant(
        "a variant in doubt is not looked for while its document waits",
        "storesync.engine.doubts",
        "    return driver.observe is not None and bool(stand.named - stand.ref.skus.keys())",
        "    return False",
        seed=222,
    ),
    Mutant(
        "a search is believed before it can know",
        "storesync.engine.work",
        "identity.lag + identity.late",
        "0.0",
        seed=4,
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
        held_by="tests/testing/test_simulation.py::test_a_world_crowded_with_one_mishap_keeps_every_promise"
        "[late effects]",
    ),
    Mutant(
        "a half is forgotten when step two is refused",
        "storesync.engine.create",
        "half = stand.ours(fault.ref) if isinstance(fault.ref, Ref) else found",
        "half = found",
        seed=15,
    ),
    Mutant(
        "the token of a create is new with every try",
        "storesync.engine.create",
        'known = stand.token if work.honors(stand.token_at) else ""',
        'known = ""',
        seed=8,
    ),
    Mutant(
        "a token counts as used when it was used last",
        "storesync.engine.create",
        "since = first or channel.env.now()",
        "since = channel.env.now()",
        held_by="tests/testing/test_simulation.py::test_a_world_crowded_with_one_mishap_keeps_every_promise"
        "[forgotten tokens]",
    ),
    Mutant(
        "a listing that a look missed is made anew unseen",
        "storesync.engine.create",
        'if by == "key" and stand.token and work.honors(stand.token_at):',
        'if by == "key" and (not stand.token or work.honors(stand.token_at)):',
        seed=294,
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
        seed=13,
    ),
    Mutant(
        "without a search every token counts as forgotten",
        "storesync.engine.create",
        'if by == "key" and stand.token and work.honors(stand.token_at):',
        'if by == "key" and stand.token and work.channel.driver.find and work.honors(stand.token_at):',
        seed=49,
    ),
    Mutant(
        "where nothing can be asked every create is left to a person",
        "storesync.engine.create",
        "        # A half may have grown since its ref was noted",
        '        if work.channel.spec.identity.by == "none":\n            raise Parked("because")\n        #',
        seed=1,
    ),
    Mutant(
        "a refusal ends a doubt that nobody looked into",
        "storesync.engine.create",
        'identity.by not in ("key", "address", "unique")',
        "identity.by not in ()",
        seed=13,
    ),
    Mutant(
        "a refusal under a unique key ends a doubt before a search could show the listing",
        "storesync.engine.create",
        'identity.by not in ("key", "address", "unique")',
        'identity.by not in ("key", "address")',
        held_by="tests/testing/test_simulation.py::test_a_world_crowded_with_one_mishap_keeps_every_promise"
        "[refusals under a unique key]",
    ),
    Mutant(
        "a driver that breaks over an address leaves no doubt",
        "storesync.engine.create",
        "(log.lost is not None or (log.begun and by_driver(fault) and not fault.untouched))",
        "log.lost is not None",
        held_by="tests/testing/test_simulation.py::test_a_world_crowded_with_one_mishap_keeps_every_promise"
        "[breaks over an address]",
    ),
    Mutant(
        "a listing that is there already is forgotten when its search fails",
        "storesync.engine.create",
        "        if stand.ref is None:\n            # Whatever becomes",
        "        if False:\n            # Whatever becomes",
        seed=1981,
    ),
    Mutant(
        "a dead login is not told where only doubts are looked into",
        "storesync.engine.doubts",
        "                if fault.retry_after is None:\n                    raise\n",
        "",
        seed=5481,
    ),
    Mutant(
        "what was found counts as what is wanted",
        "storesync.engine.create",
        "certain = found is None and stand.doubt is None",
        "certain = True",
        seed=54,
    ),
    Mutant(
        "an update that broke off counts as done",
        "storesync.engine.update",
        'values |= {"have": UNKNOWN, "asked": want}',
        'values |= {"have": operation.want, "asked": want}',
        seed=20,
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
        "the heads of answers are kept as they came",
        "storesync.engine.channel",
        "headers = {mask.text(name): mask.text(value) for name, value in before.items()}",
        "headers = dict(before)",
        seed=11,
    ),
    Mutant(
        "a dead process leaves nothing to settle",
        "storesync.engine.settle",
        "    for operation in left:",
        "    for operation in []:",
        seed=4,
    ),
    Mutant(
        "requests leave before their intent is written",
        "storesync.engine.flows",
        "            await log.intend(request)",
        "            log.open = -1",
        seed=0,
    ),
    Mutant(
        "two may hold the lease",
        "storesync.state.lease",
        "if row.owner and row.owner != owner and held and not ended(row.owner):",
        "if False:",
        seed=41,
    ),
    Mutant(
        "the same document is sent again and again",
        "storesync.engine.accepting",
        '"have": want,',
        '"have": "",',
        seed=0,
    ),
    Mutant(
        "everything is read before it is written",
        "storesync.engine.create",
        "return None if stand.ref is None else await _look(work, stand, stand.ref)",
        "return (await work.find(stand, None) or [None])[0]",
        seed=0,
    ),
    Mutant(
        "the calendar is asked before an operation waits, not after",
        "storesync.engine.log",
        "shut = None if self.begun else closed(self.channel, self.kind)",
        "shut = None",
        seed=94,
    ),
    Mutant(
        "a new process has the whole day's quota",
        "storesync.state.usage",
        "(row.used, unstamp(row.until)) if row.until > stamp(now) else (0, renews)",
        "(0, renews)",
        seed=28,
    ),
    Mutant(
        "a state that fails is the driver's fault",
        "storesync.engine.flows",
        "except (StoresyncError, SQLAlchemyError):",
        "except StoresyncError:",
        held_by="tests/engine/test_planning.py::test_a_state_that_fails_ends_the_run_and_the_next_one_goes_on",
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
        seed=10,
    ),
)
