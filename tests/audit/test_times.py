"""The one form of time: what is read, what is not, and that it sorts as time does."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.times import (
    DIGITS_AS_ZEROS,
    FORM,
    are_possible,
    from_datetime,
    from_nanoseconds,
    is_normal,
    normal,
    to_seconds,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T12:34:56.123456Z", "2026-01-31T12:34:56.123456Z"),
        ("2026-01-31T12:34:56Z", "2026-01-31T12:34:56.000000Z"),
        ("2026-01-31T12:34:56.1Z", "2026-01-31T12:34:56.100000Z"),
        ("2026-01-31T12:34:56.123456789Z", "2026-01-31T12:34:56.123456Z"),
        ("2026-01-31T12:34:56.999999999Z", "2026-01-31T12:34:56.999999Z"),
        ("2026-01-31 12:34:56.123456Z", "2026-01-31T12:34:56.123456Z"),
        ("2026-01-31T12:34:56.5+02:00", "2026-01-31T10:34:56.500000Z"),
        ("2026-01-31T12:34:56.5-0530", "2026-01-31T18:04:56.500000Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000000Z"),
        ("2024-02-29T00:00:00.000000Z", "2024-02-29T00:00:00.000000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_every_time_has_one_form(text: str, expected: str) -> None:
    assert expected == normal(text)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "now",
        "2026-01-31",
        "2026-01-31T12:34:56",
        "2026-01-31T12:34:56.Z",
        "2026-01-31T12:34:56.1234567890Z",
        "2026-01-31T12:34:56,123456Z",
        "2026-01-31T12:34:56.123456z",
        "2026-01-31T12:34:56.123456Z\n",
        " 2026-01-31T12:34:56.123456Z",
        "2026-13-31T12:34:56.123456Z",
        "2025-02-29T12:34:56.123456Z",
        "2026-01-31T25:34:56.123456Z",
        "2026-01-31T12:34:60.123456Z",
        "0000-01-01T00:00:00.000000Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2026-01-31T12:34:56+24:00",
        "٢٠٢٦-01-31T12:34:56.123456Z",
    ],
)
def test_what_is_no_time(text: str | None) -> None:
    assert normal(text) is None


ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES)  # noqa: DTZ001 - the zone is drawn


@given(MOMENTS)
def test_the_form_means_the_same_moment(moment: datetime) -> None:
    text = normal(moment.isoformat())
    assert text is not None
    assert moment == datetime.fromisoformat(text)
    assert (27, text) == (len(text), normal(text))


@given(MOMENTS, MOMENTS)
def test_text_sorts_as_time_does(one: datetime, other: datetime) -> None:
    assert (one < other) == ((normal(one.isoformat()) or "") < (normal(other.isoformat()) or ""))


@given(
    MOMENTS.map(lambda moment: normal(moment.isoformat()) or "") | st.text(max_size=30),
    st.integers(0, 30),
    st.sampled_from("0189-:TZ.+ é,"),
)
def test_what_has_the_form_already_is_what_stays_as_it_is(text: str, at: int, character: str) -> None:
    for one in (text, text[:at] + character + text[at + 1 :]):
        assert is_normal(one) == (bool(one) and normal(one) == one)


@given(st.text(max_size=30))
def test_any_text_is_a_time_or_not(text: str) -> None:
    assert normal(text) is None or len(normal(text) or "") == 27


@pytest.mark.parametrize(
    ("nanoseconds", "expected"),
    [
        (0, "1970-01-01T00:00:00.000000Z"),
        (1_769_862_896_123_456_789, "2026-01-31T12:34:56.123456Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (253_402_300_799_999_999_999, "9999-12-31T23:59:59.999999Z"),
        (253_402_300_800_000_000_000, None),
        (2**200, None),
        (-(2**90), None),
    ],
)
def test_nanoseconds(nanoseconds: int, expected: str | None) -> None:
    assert expected == from_nanoseconds(nanoseconds)


@given(st.integers(0, 2**33 * 10**6))
def test_seconds_are_what_the_form_says(microseconds: int) -> None:
    text = from_datetime(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds))
    assert microseconds / 10**6 == pytest.approx(to_seconds(text), abs=1e-6)


FORMED = st.from_regex(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-7][0-9]:[0-7][0-9]\.[0-9]{6}Z", fullmatch=True)


@given(st.lists(FORMED, max_size=4))
def test_many_are_possible_where_each_is(texts: list[str]) -> None:
    encoded = [text.encode() for text in texts]
    assert FORM * len(texts) == b"".join(encoded).translate(DIGITS_AS_ZEROS)
    assert all(map(is_normal, texts)) == are_possible(encoded)
