from typing import Any

from bridge.sandbox.query import parse
from bridge.sandbox.store import Options, Store
from bridge.sandbox.times import DAY, SECOND

NOW = 1_769_862_896 * SECOND
MINUTE = 60 * SECOND


def stored(*lines: bytes, options: Options | None = None) -> Store:
    store = Store(options or Options())
    store.add(lines, ("t",), NOW)
    return store


def found(store: Store, query: str = "*", since: int = 0, now: int = NOW) -> list[bytes]:
    return [view.event.raw for view in store.find(parse(query), since, now, now)]


def counts(store: Store) -> dict[str, Any]:
    return store.as_json()


def test_events_are_ordered_by_their_own_time() -> None:
    late, early = b'{"timestamp":"2026-01-31T12:34:55.000002Z"}', b'{"timestamp":"2026-01-31T12:34:55.000001Z"}'
    assert found(stored(late, b"plain", early)) == [early, late, b"plain"]


def test_a_timestamp_in_another_form_is_counted_and_reception_used() -> None:
    store = stored(b'{"timestamp":"yesterday"}', b'{"timestamp":null}', b'{"time":1}')
    assert [NOW] * 3 == [event.time for event in store.all()]
    assert counts(store)["bad_timestamp"] == 2


def test_both_bounds_belong_to_the_search() -> None:
    store = stored(b"x")
    assert found(store, since=NOW) == [b"x"]
    assert found(store, since=NOW + 1, now=NOW + 2) == []


def test_only_an_object_is_json() -> None:
    store = stored(b'{"a":1}', b"[1]", b"1", b'{"a":', b'{"a":NaN}', b'{"a":' + b"[" * 100_000)
    assert [event.is_json for event in store.all()] == [True, False, False, False, False, False]


def test_a_number_that_no_double_holds_hides_only_its_own_event() -> None:
    store = stored(b'{"a":1e999,"b":1}', b'{"b":1}')
    assert [event.is_json for event in store.all()] == [True, True]
    assert found(store, "json.b:1") == [b'{"b":1}']


def test_an_event_is_a_duplicate_when_audit_id_and_stage_were_there() -> None:
    first = b'{"auditID":"1","stage":"ResponseComplete"}'
    store = stored(first, b'{"auditID":"1","stage":"ResponseStarted"}', first, first, b'{"auditID":"1"}')
    assert (5, 2) == (counts(store)["events"], counts(store)["duplicates"])


def test_events_are_found_only_after_the_index_delay() -> None:
    store = stored(b"x", options=Options(index_delay_ms=500))
    assert (0, []) == (store.visible(NOW + 499_999), found(store, now=NOW + 499_999))
    assert (1, [b"x"]) == (store.visible(NOW + 500_000), found(store, now=NOW + 500_000))
    assert len(store.all()) == 1


def test_old_events_vanish_at_once_or_later() -> None:
    old, older = b'{"timestamp":"2026-01-30T12:34:57Z"}', b'{"timestamp":"2026-01-30T12:34:55Z"}'
    store = stored(old, older, options=Options(retention_days=1))
    assert (1, 1) == (counts(store)["events"], counts(store)["expired"])
    assert found(store) == [old]
    assert found(store, now=NOW + DAY) == []


def test_field_names_beyond_the_limit_are_stored_but_not_searchable() -> None:
    store = stored(b'{"a":1,"b":2}', b'{"c":3}', options=Options(max_fields=2))
    assert found(store, "json.b:2") == [b'{"a":1,"b":2}']
    assert found(store, "json.c:3") == []
    assert found(store, '"c"') == [b'{"c":3}']
    assert counts(store)["fields"] == 2


def test_a_clock_that_steps_back_hides_nothing() -> None:
    store = stored(b"a")
    store.add([b"b"], (), NOW - MINUTE)
    assert store.visible(NOW) == 2


def test_clear_forgets_everything() -> None:
    store = stored(b'{"auditID":"1","stage":"s","timestamp":0}', b'{"timestamp":"x"}')
    store.clear()
    assert counts(store) == {"events": 0, "expired": 0, "duplicates": 0, "bad_timestamp": 0, "fields": 0}
