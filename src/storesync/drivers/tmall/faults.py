"""From TOP's error envelope to faults: `sub_code` decides, then `code` (notes, section 5)."""

from __future__ import annotations

import storesync.driver as sd

__all__ = ["classify"]

_MESSAGES = ("error_response.sub_msg", "error_response.msg")
_AGAIN = "a person must authorize the app again and put the new session into the channel's account"

# Words that mean "try again", whatever the code [S integrator 2017].
_PASSING = ("系统错误", "系统繁忙", "访问淘宝超时", "天猫商品服务异常", "请稍后再试")

_SESSION = (
    sd.Rule("*invalid-sessionkey", sd.Denied),
    sd.Rule("*session-expired", sd.Denied),
    sd.Rule("*session-not-exist", sd.Denied),
    sd.Rule("*missing-session", sd.Denied),
)

BY_SUB_CODE = sd.ErrorTable(
    ("error_response.sub_code", "error_response.code"),
    (
        # The day's quota of the whole app is gone until 00:00 GMT+8: waiting seconds does not help.
        sd.Rule("accesscontrol.limited-by-app-access-count", sd.Denied, resets="00:00+08:00"),
        sd.Rule("accesscontrol.*", sd.Throttled, wait=r"last for (\d+) more second"),
        sd.Rule("isp.call-limited", sd.Throttled),
        *_SESSION,
        sd.Rule("isv.permission-api-package*", sd.Denied),
        sd.Rule("isv.shop-not-exist*", sd.Denied),
        sd.Rule("*IC_CHECKSTEP_ALREADY_EXISTS_SAME_SPU*", sd.Duplicate),
        sd.Rule("isv.item-is-delete*", sd.NotFound),
        sd.Rule("isv.invalid-parameters:item_delete*", sd.NotFound),
        sd.Rule("*ITEM_NOT_FOUND*", sd.NotFound),
        sd.Rule("isv.appkey*", sd.Denied),
        # Pictures must lie in the shop's picture space, in gallery and description alike.
        # assumption: a gone one is told in the words for one that never was there [U]
        sd.Rule("isv.antisteal-service-error*", sd.UnknownMedia),
        sd.Rule("isv.invalid-parameter*", sd.UnknownMedia, message="图片空间"),
        sd.Rule("*not-exist*", sd.NotFound),
        sd.Rule("isp.*", sd.Transient),
    ),
    message_at=_MESSAGES,
)

BY_CODE = sd.ErrorTable(
    "error_response.code",
    (
        sd.Rule("3", sd.Transient),
        *(
            sd.Rule(code, sd.Throttled, wait=r"last for (\d+) more second")
            for code in ("4", "5", "6", "7", "8")
        ),
        sd.Rule("10", sd.Transient),
        sd.Rule("530", sd.Transient),
        *(sd.Rule(code, sd.Denied) for code in ("11", "12", "13")),
        *(sd.Rule(code, sd.Denied) for code in ("24", "25", "26", "27", "28", "29")),
        # Our clock or theirs: the request was turned away before anything was read.
        sd.Rule("30", sd.Transient, untouched=True),
        sd.Rule("31", sd.Transient, untouched=True),
        *(sd.Rule("*", sd.Transient, message=words) for words in _PASSING),
    ),
    message_at=_MESSAGES,
)

_AUTHORIZE = frozenset({"26", "27"})


def classify(request: sd.Request, response: sd.Response) -> sd.Fault | None:
    """The fault that an answer stands for, or None for success.

    A lost session is `Denied`, not `AuthExpired`: TOP renews the tokens of service-market apps only [S].
    An error envelope without any code is Malformed. Every flow reads its own result besides, since a refusal
    can hide in a normal envelope.
    """
    if response.maybe("error_response") is None:
        return BY_SUB_CODE(request, response)
    sub_code, code = (_word(response, name) for name in ("sub_code", "code"))
    if not sub_code and not code:
        return sd.Malformed("shape", "an error_response without code and sub_code", answer=response)
    message = _word(response, "sub_msg") or _word(response, "msg")
    method = request.form.get("method", request.path)
    by_sub = any(rule.fits(sub_code or code, message, method) for rule in BY_SUB_CODE.rules)
    by_code = any(rule.fits(code, message, method) for rule in BY_CODE.rules)
    fault = (BY_CODE if by_code and not by_sub else BY_SUB_CODE)(request, response)
    if isinstance(fault, sd.Throttled) and fault.retry_after is not None:
        fault.retry_after += 1  # "N more seconds" is over after N + 1 [D]
    session = any(rule.fits(sub_code, message, method) for rule in _SESSION)
    if isinstance(fault, sd.Denied) and (session or code in _AUTHORIZE):
        return sd.Denied(fault.code, f"{fault.message}; {_AGAIN}", answer=response)
    return fault


def _word(response: sd.Response, name: str) -> str:
    value = response.maybe(f"error_response.{name}")
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
