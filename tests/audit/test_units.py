"""Durations and sizes as people write them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.units import duration_text, is_url, seconds, size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("200ms", 0.2),
        ("50s", 50.0),
        ("1.5s", 1.5),
        ("2m", 120.0),
        ("0.5m", 30.0),
        ("1h", 3600.0),
        ("0s", 0.0),
        ("290ms", 0.29),
    ],
)
def test_durations(text: str, expected: float) -> None:
    assert expected == seconds(text)


@pytest.mark.parametrize(
    "value",
    [
        5,
        0.5,
        True,
        None,
        "",
        "5",
        "s",
        "5 s",
        "5S",
        "-5s",
        "5d",
        "1e3s",
        ".5s",
        "5.s",
        "\u0665s",
        "5s\n",
        "9" * 400 + "s",
    ],
)
def test_a_duration_without_its_unit_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^a duration with its unit, such as 200ms, 50s or 2m$"):
        seconds(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        ("5B", 5),
        ("5 MB", 5_000_000),
        ("5MB", 5_000_000),
        ("1kB", 1_000),
        ("1KB", 1_000),
        ("1.001kB", 1_001),
        ("64MiB", 67_108_864),
        ("0.5KiB", 512),
        ("2GB", 2_000_000_000),
        ("1GiB", 1_073_741_824),
        ("4.35GB", 4_350_000_000),
    ],
)
def test_sizes(value: int | str, expected: int) -> None:
    assert expected == size(value)


@pytest.mark.parametrize(
    "value", [1.5, True, None, "", "5", "MB", "5mb", "5M", "-5MB", "5  MB", "1e3B", "9" * 400 + "B", []]
)
def test_what_is_no_size(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^a size in bytes or with its unit, such as 5000000, 5MB or 64MiB$"):
        size(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.2, "200ms"),
        (50.0, "50s"),
        (1.0, "1s"),
        (1.5, "1.5s"),
        (90.0, "90s"),
        (0.0005, "0.5ms"),
        (1_000_000.0, "1000000s"),
    ],
)
def test_durations_as_text(value: float, expected: str) -> None:
    assert expected == duration_text(value)


@given(st.floats(1e-6, 1e9))
def test_a_duration_that_was_written_is_read_as_the_same(value: float) -> None:
    assert value == seconds(duration_text(value))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://logs-01.loggly.com", True),
        ("http://[::1]:8080", True),
        ("http://a:65535", True),
        ("http://a:65536", False),
        ("http://a:0", False),
        ("http://a:b", False),
        ("http://[", False),
        ("http://[x]", False),
        ("http://", False),
        ("http://a]", False),
    ],
)
def test_what_can_be_taken_apart_as_a_url(text: str, expected: bool) -> None:
    assert expected == is_url(text)
