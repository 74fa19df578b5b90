"""What every driver promises, as functions that name each place where one does not."""

from __future__ import annotations

from typing import Final

from storesync.testing.laws import answers, declared, halves, named, recorded, requests, values
from storesync.testing.laws.law import Law

__all__ = ["LAWS", "Law"]

LAWS: Final[tuple[Law, ...]] = (
    declared.hosts_are_safe,
    declared.limits_make_sense_and_have_a_source,
    declared.fields_of_account_and_shop_say_what_they_are_for,
    declared.secrets_are_not_shown,
    recorded.every_flow_has_a_sample,
    recorded.samples_come_out_as_they_say,
    requests.requests_stay_within_what_is_declared,
    values.render_bears_any_listing,
    values.check_bears_any_listing,
    values.classify_knows_every_answer,
    values.sign_only_adds,
    answers.spoiled_answers_raise_only_faults,
    answers.garbage_is_never_nothing_found,
    named.an_unmentioned_sku_is_not_done,
    named.a_find_takes_its_own_key_only,
    requests.the_same_input_asks_the_same,
    requests.effects_say_what_a_repeat_does,
    requests.a_create_can_be_recognized,
    halves.a_later_failure_keeps_the_half,
    halves.a_complete_find_makes_nothing,
    halves.an_unchanged_document_sends_nothing,
    halves.from_an_unknown_half_everything_is_written,
)
"""All laws, those that a driver keeps by itself first; `Law.level` says where each belongs."""
