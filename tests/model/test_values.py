"""Frozen values: maps that nobody changes later, and names of pictures."""

import pytest
from attrs.exceptions import FrozenInstanceError

from storesync.model import Image, Ref, media_tokens

_ONE, _TWO = "a" * 64, "b" * 64


def test_a_value_does_not_follow_the_dict_it_was_made_from() -> None:
    """What the caller does to its own dict later changes nothing."""
    skus = {"S-1": "11"}
    ref = Ref("1", skus)
    skus["S-2"] = "12"

    assert {"S-1": "11"} == dict(ref.skus)
    with pytest.raises(TypeError):
        ref.skus["S-1"] = "x"  # type: ignore[index]  # that it is read-only is the point
    with pytest.raises(FrozenInstanceError):
        ref.listing = "2"  # type: ignore[misc]  # that it is frozen is the point


def test_media_tokens_are_found_inside_html_and_joined_lists() -> None:
    """A token may stand anywhere in a string, several times."""
    html = f'<img src="{Image(_ONE).ref}"><img src="media:{_TWO}:detail">,{Image(_ONE).ref}'

    assert [(_ONE, "main"), (_TWO, "detail"), (_ONE, "main")] == media_tokens(html)


@pytest.mark.parametrize(
    "text", ["media:abc:main", f"media:{'A' * 64}:main", f"media:{_ONE}:Main", f"media:{_ONE}"]
)
def test_what_only_looks_like_a_token_is_text(text: str) -> None:
    """A buyer's word `media:` is left alone."""
    assert [] == media_tokens(text)
