"""The judge of what shops are told hears Korean wherever a call may hold it."""

from urllib.parse import quote

import pytest

from storesync.sandbox.dialect import Call
from tests.hearing import korean_in

FORM = {"content-type": "application/x-www-form-urlencoded"}
PART = (
    b'--x\r\nContent-Disposition: form-data; name="image"; filename="%b"\r\nContent-Type: image/png\r\n\r\n%b'
    b"\r\n--x\r\nContent-Disposition: form-data; name=%b\r\n\r\n%b\r\n--x--\r\n"
)
MULTIPART = {"content-type": "multipart/form-data; boundary=x"}
WORD = "세럼"


@pytest.mark.parametrize(
    "call",
    [
        Call("GET", f"/items/{quote(WORD)}"),
        Call("GET", "/items", f"q={quote(WORD)}"),
        Call("GET", "/items", headers={"x-name": WORD.encode().decode("latin-1")}),
        Call(
            "POST", "/items", headers={"content-type": "application/json"}, body=b'{"a": ["\\uc138\\ub7fc"]}'
        ),
        Call("POST", "/items", headers=FORM, body=f"title={quote(WORD)}".encode()),
        Call("POST", "/items", headers=FORM, body=b"a=1&doc=" + quote('{"t": "\\uc138"}').encode()),
        Call("POST", "/f", headers=MULTIPART, body=PART % (WORD.encode(), b"\x89", b"title", b"x")),
        Call("POST", "/f", headers=MULTIPART, body=PART % (b"a.png", b"\x89", b"title", WORD.encode())),
    ],
)
def test_korean_is_heard_wherever_it_is_said(call: Call) -> None:
    """Plain or escaped."""
    assert korean_in([call])


def test_a_picture_says_nothing() -> None:
    """Its bytes may be anything."""
    body = PART % (b"a.png", WORD.encode(), b"title", b"serum")

    assert [] == korean_in([Call("POST", "/f", headers=MULTIPART, body=body)])
