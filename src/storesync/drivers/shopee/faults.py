"""From Shopee's error words to faults: the code decides, the message where it is overloaded (notes, 7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import storesync.driver as sd

__all__ = ["ERRORS", "classify", "failure"]


def _rules(
    fault: type[sd.Fault], *codes: str, message: str = "", untouched: bool = False, resets: str = ""
) -> Iterator[sd.Rule]:
    """One rule per code; business modules may put their name and a dot before it [S]."""
    for code in codes:
        yield sd.Rule(code, fault, message, untouched=untouched, resets=resets)
        if not code.startswith("*"):
            yield sd.Rule(f"*.{code}", fault, message, untouched=untouched, resets=resets)


ERRORS: Final = sd.ErrorTable(
    "error",
    (
        *_rules(sd.Throttled, "error_rate_limit"),
        # The day's quota of the whole app is gone until 00:00 GMT+8: waiting seconds does not help.
        *_rules(sd.Denied, "error_limit", resets="00:00+08:00"),
        *_rules(sd.AuthExpired, "invalid_acceess_token", "invalid_access_token"),
        *_rules(sd.AuthExpired, "error_auth", message="Invalid access_token"),
        *_rules(sd.Transient, "error_auth", message="System error"),
        # Our clock or theirs: turned away before anything was read; every try is signed with a fresh time.
        *_rules(sd.Transient, "error_param", message="Timestamp is expired", untouched=True),
        *_rules(sd.Transient, "error_param", message="Invalid timestamp", untouched=True),
        *_rules(
            sd.Denied,
            "error_auth",
            "error_sign",
            "invalid_partner_id",
            "error_partner_key_expired",
            "source_ip_undeclared",
            "partner_shop_no_link",
            "shop_no_linked",
            "shop_banned",
            "error_kyc_auth",
            "error_api_permission",
            "error_api_call_restricted",
            "error_ashop_api_permission",
            "api_suspended",
            "invalid_code",
            "invalid_shop_id",
            "invalid_main_acount_id",
            "refresh_token_expired",
            "error_shop_refresh_token",
            "error_merchant_refresh_token",
            "shop_access_expired",
            "merchant_access_expired",
            # Not this product's fault: every further one would be refused alike.
            "error_reach_shop_item_limit",
            "error_seller_under_penalty",
        ),
        # All rows of a stock call failed: the reasons stand in the message (section 4).
        *_rules(sd.Postponed, "error_busi_update_stock_failed", message="promotion"),
        *_rules(sd.NotFound, "error_busi_update_stock_failed", message="model_not_found"),
        *_rules(sd.Postponed, "*_in_promotion", "*error_in_item_promotion_*", "*error_holiday_*"),
        # assumption: while a review runs this passes; what is banned is seen by `observe` [U]
        *_rules(sd.Postponed, "error_busi_cannot_delist_reviewing_or_banned_item"),
        # assumption: the code of an unknown model inside a failure list is not named by the notes [U]
        *_rules(sd.NotFound, "error_item_not_found", "error_item_not_belong_shop", "error_model_not_found"),
        # assumption: also said of a picture that was uploaded once and is gone [U]
        *_rules(sd.UnknownMedia, "error_image_unavailable"),
        *_rules(
            sd.Transient,
            "error_network",
            "error_server",
            "error_inner",
            "error_system_busy",
            "error_unknown",
            "error_marshal",
            "error_data",
            "error_update_price_fail",
            "error_get_shop_fail",
            "error_unlist_item_failed",
            # On a create this is doubtful: the engine looks before it sends again.
            "error_busi_add_item_failed",
        ),
    ),
)

_PLACES: Final[Mapping[str, str]] = {
    "error_invalid_category": "category",
    "error_category_is_block": "category",
    "error_forbidden_category": "category",
    "error_invalid_attribute": "attributes",
    "error_invalid_attribute_value": "attributes",
    "error_less_required_attribute": "attributes",
    "error_invalid_brand": "brand",
    "error_incalid_brand": "brand",
    "error_less_required_brand": "brand",
    "error_brand_forbidden": "brand",
    "error_invalid_price": "prices",
    "error_price_exceed_min_limitt": "prices",
    "error_price_exceed_max_limitt": "prices",
    "error_price_out_of_range": "prices",
    "error_invalid_price_for_logistic": "prices",
    "error_invalid_logistic_info": "logistics",
    "error_name_length_limit": "texts/title",
    "error_item_name_is_too_short": "texts/title",
    "error_title_exceeds_max_length": "texts/title",
    "error_title_character_forbidden": "texts/title",
    "error_desc_length_min_limit": "texts/description",
    "error_desc_hash_tag_over_limit": "texts/description",
    "error_desc_image_no_pass": "texts/description",
    "error_image_num_min": "images",
    "error_image_unavailable": "images",
    "error_param_validate": "gtin",
}


def classify(request: sd.Request, response: sd.Response) -> sd.Fault | None:
    """The fault that an answer stands for, or None for success; a refusal has a place where its code has.

    The body goes before the HTTP status, which is not specified [U]. A success may still hold refused rows:
    every flow reads its own result.
    """
    return _placed(ERRORS(request, response))


def failure(row: sd.Part) -> sd.Fault:
    """The fault of one row of a `failure_list`.

    assumption: `failed_reason` is a code, a code with a colon and words, or words alone [U]
    """
    said = row.text("failed_reason")
    head, colon, rest = said.partition(":")
    code = head.strip() if colon or " " not in said.strip() else ""
    told = sd.Part({"message": rest.strip() if code else said})
    fault = ERRORS.fault(told, code or "failed")
    fault.answer = row
    return _placed(fault) or fault


def _placed(fault: sd.Fault | None) -> sd.Fault | None:
    if isinstance(fault, sd.Rejected) and not fault.issues:
        place = _PLACES.get(fault.code.rpartition(".")[2])
        if place is not None:
            fault.issues = (sd.Issue("market.refused", place, fault.message or fault.code),)
    return fault
