"""Scripts: what may stand on a page of which language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storesync.localization import Foreign, foreign, has_hangul

HANGUL = [
    (0x1100, 0x11FF),
    (0x3131, 0x318E),
    (0x3200, 0x321E),
    (0x3260, 0x327F),
    (0xA960, 0xA97C),
    (0xAC00, 0xD7A3),
    (0xD7B0, 0xD7FB),
    (0xFFA1, 0xFFDC),
]
hangul = st.one_of([st.characters(min_codepoint=low, max_codepoint=high) for low, high in HANGUL])


@given(st.text(max_size=20), hangul, st.text(max_size=20))
def test_no_hangul_is_overlooked_wherever_it_stands(before: str, one: str, after: str) -> None:
    """Syllables, jamo, circled and half-width forms: each is found in any text."""
    text = before + one + after

    assert has_hangul(text)
    assert any(run.script == "hangul" and one in run.text for run in foreign(text, ("zh-Hans", "vi", "en")))


@given(st.text(st.characters(blacklist_categories=["Cs"], max_codepoint=0x10FF)))
def test_text_below_hangul_is_never_taken_for_it(text: str) -> None:
    """Latin with marks, Greek, Cyrillic, Thai and the like pass."""
    assert not has_hangul(text)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("SEOLBITGAON 林下参玻尿酸保湿精华液 30ml", "zh-Hans"),
        ("美の精华", "zh-Hans"),
        ("SEOLBITGAON Serum dưỡng ẩm sâm núi, 1,5g x 40 túi", "vi"),
        ("설빛가온 세럼 雪光", "ko-KR"),
        ("韓国コスメ", "ja"),
    ],
)
def test_a_text_in_its_own_scripts_passes(text: str, locale: str) -> None:
    """Latin letters and digits pass everywhere."""
    assert () == foreign(text, locale)


@pytest.mark.parametrize(
    ("text", "locale", "found"),
    [
        ("Toner lá thông 舒缓 200ml", "vi", Foreign("han", 15, "舒缓")),
        ("保湿 히알루론 精华", "zh-Hans", Foreign("hangul", 3, "히알루론")),
        ("no 々 mark", "en", Foreign("han", 3, "々")),
        ("세럼", "ja", Foreign("hangul", 0, "세럼")),
        ("𠮷 lạ", "vi", Foreign("han", 0, "𠮷")),
        ("xin ノ", "vi", Foreign("kana", 4, "ノ")),
    ],
)
def test_a_foreign_run_is_named_with_its_place(text: str, locale: str, found: Foreign) -> None:
    """Script, offset and the run itself."""
    assert (found,) == foreign(text, locale)


def test_a_page_of_several_languages_may_use_the_scripts_of_each() -> None:
    """Han passes beside Vietnamese where Chinese is also a language of the channel."""
    assert () == foreign("保湿 dưỡng ẩm", ("vi", "zh-Hans"))
