"""One question about a text, asked in one pass."""

import pytest

from audit.scanning import searcher


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", False),
        ("one", True),
        ("xONEx", True),
        ("a\ntwo", True),
        ("on e", False),
        ("é漢𝄞 two", True),
        ("two\0", True),
    ],
)
def test_a_pattern_is_searched_anywhere(text: str, expected: bool) -> None:
    assert expected == searcher("(?i)one|two")(text)


def test_a_hostile_text_takes_no_longer() -> None:
    assert not searcher("(?:a+)+b")("a" * 100_000)
