"""Scalars as go-yaml resolves them."""

import math

import pytest

from audit.go_scalars import Scalar, scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("y", True),
        ("Off", False),
        ("tRue", "tRue"),
        ("~", None),
        ("", None),
        ("NULL", None),
        ("0x1F", 31),
        ("017", 15),
        ("0o17", 15),
        ("-0b11", -3),
        ("1_000", 1000),
        ("08", 8.0),
        ("18446744073709551615", 18446744073709551615),
        ("18446744073709551616", 18446744073709551616.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1:30", "1:30"),
        ("2001-01-01", "2001-01-01"),
        ("1.2.3", "1.2.3"),
        ("1e400", "1e400"),
        ("-", "-"),
        ("0x", "0x"),
    ],
)
def test_a_plain_scalar(text: str, value: Scalar) -> None:
    found = scalar("", text)
    assert (value, type(value)) == (found, type(found))


def test_infinity_is_a_number_that_json_does_not_have() -> None:
    assert (-math.inf, math.inf) == (scalar("", "-.INF"), scalar("", ".inf"))
    assert math.isnan(float(scalar("", ".nan") or 0))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("str", "yes", "yes"),
        ("!own", "5", "5"),
        ("timestamp", "2001-01-01", "2001-01-01"),
        ("bool", "yes", True),
        ("int", "5", 5),
        ("float", "1", 1),
        ("null", "~", None),
        ("binary", "YQ==", "a"),
    ],
)
def test_a_tag_decides_the_kind(kind: str, text: str, value: Scalar) -> None:
    assert value == scalar(kind, text)


@pytest.mark.parametrize(
    ("kind", "text"), [("int", "x"), ("bool", "1"), ("null", "a"), ("binary", "?"), ("int", "1.5")]
)
def test_what_does_not_fit_its_tag_is_an_error(kind: str, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the text, or base64's
        scalar(kind, text)
