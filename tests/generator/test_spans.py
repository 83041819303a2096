"""Spans of time on a command line."""

from datetime import timedelta

import click
import pytest

from generator.spans import Span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90d", timedelta(days=90)),
        ("12h", timedelta(hours=12)),
        ("30m", timedelta(minutes=30)),
        ("1y", timedelta(days=365)),
        ("100y", timedelta(days=36500)),
    ],
)
def test_a_number_with_its_unit(text: str, expected: timedelta) -> None:
    assert expected == Span().convert(text, None, None)


@pytest.mark.parametrize("text", ["90", "d", "-1d", "1.5d", "1w", ""])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(click.BadParameter) as refused:
        Span().convert(text, None, None)
    assert f"expected a number with its unit, such as 90d, 12h or 30m, got {text!r}" == str(refused.value)


@pytest.mark.parametrize("text", ["0d", "101y", "999999999y"])
def test_nothing_and_too_much_are_refused(text: str) -> None:
    with pytest.raises(click.BadParameter) as refused:
        Span().convert(text, None, None)
    assert f"expected more than nothing and at most 100y, got {text!r}" == str(refused.value)
