import pytest

from bridge.sandbox.times import DAY, SECOND, TimeError, bound, event_time, iso

NOW = 1_769_862_896 * SECOND  # 2026-01-31T12:34:56Z


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2026-01-31T12:34:56Z", NOW),
        ("2026-01-31T12:34:56.123456Z", NOW + 123_456),
        ("2026-01-31T12:34:56.1Z", NOW + 100_000),
        ("2026-01-31T14:34:56.120+02:00", NOW + 120_000),
        (1_769_862_896_123, NOW + 123_000),
        (0, 0),
    ],
)
def test_forms_that_working_clients_send_are_read(value: object, time: int) -> None:
    assert time == event_time(value)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-31T12:34:56.123456789Z",  # nine digits are undocumented
        "2026-01-31T12:34:56",  # no zone
        "2026-01-31 12:34:56Z",
        "2026-02-30T12:34:56Z",
        "0001-01-01T00:00:00+23:59",
        "1769862896123",
        "",
        1769862896.5,
        -1,
        10**18,
        True,
        None,
        {},
    ],
)
def test_every_other_form_is_no_time(value: object) -> None:
    assert event_time(value) in {None, 0}
    assert event_time(value) is None or value == "0001-01-01T00:00:00+23:59"


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("now", NOW),
        ("-20m", NOW - 1200 * SECOND),
        ("-24h", NOW - DAY),
        ("-2w", NOW - 14 * DAY),
        ("-10y", NOW - 3650 * DAY),
        ("-999y", 0),
        ("2026-01-31T12:34:56.000Z", NOW),
    ],
)
def test_bounds_of_a_search(text: str, time: int) -> None:
    assert time == bound(text, NOW)


@pytest.mark.parametrize("text", ["", "20m", "-20", "-20M", "yesterday", "2026-01-31", "1769862896123"])
def test_an_unknown_bound_is_refused_with_the_known_forms(text: str) -> None:
    with pytest.raises(TimeError) as error:
        bound(text, NOW)
    assert f"expected now, an age such as -20m or -7d, or ISO 8601 with a zone, got {text!r}" == str(error.value)


def test_a_time_is_written_as_the_bridge_sends_it() -> None:
    assert iso(NOW + 7) == "2026-01-31T12:34:56.000007Z"
