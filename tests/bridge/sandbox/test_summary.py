from collections import Counter

from bridge.sandbox import summary
from bridge.sandbox.events import Event, View
from bridge.sandbox.times import DAY, SECOND


def view(time: int = 0, verdict: str | None = None, tags: tuple[str, ...] = ()) -> View:
    raw = b"plain" if verdict is None else b'{"audit":{"verdict":"%s","rules":["a","b"],"on":true}}' % verdict.encode()
    return View(Event(1, 0, time, tags, raw, is_json=verdict is not None))


def test_facets_count_each_value_once_an_event() -> None:
    views = [view(verdict="allowed", tags=("x",)), view(verdict="error", tags=("x", "y")), view()]
    assert summary.facet(views, "json.audit.rules") == Counter({"a": 2, "b": 2})
    assert summary.facet(views, "json.audit.on") == Counter({"true": 2})
    assert summary.facet(views, "tag") == Counter({"x": 2, "y": 1})
    assert summary.facet(views, "syslog.host") is None


def test_facets_without_values_are_left_out() -> None:
    assert summary.facets([view(verdict="allowed"), view(verdict="allowed"), view(verdict="error")], 1) == [
        {"field": "json.audit.verdict", "distinct": 2, "values": [["allowed", 2]]}
    ]


def test_outcomes() -> None:
    verdicts = ("allowed", "denied_authn", "denied_authz", "not_found", "error", "pending", None)
    expected = ["allowed", "denied", "denied", "failed", "failed", "other", "other"]
    assert expected == [summary.outcome(view(verdict=verdict)) for verdict in verdicts]


def test_bars_begin_on_the_clock_and_cover_every_event() -> None:
    views = [view(61 * SECOND, "allowed"), view(61 * SECOND, "denied_authz"), view(119 * SECOND)]
    histogram = summary.histogram(views, 0, 3650 * DAY)
    assert (61_000.0, 1000.0) == (histogram["from"], histogram["step"])
    assert len(histogram["bars"]) == 59
    assert histogram["bars"][0] == Counter(allowed=1, denied=1)
    assert histogram["bars"][-1] == Counter(other=1)


def test_any_span_gives_few_bars() -> None:
    for span in (0, 1, 999, SECOND, 73 * SECOND, DAY, 366 * DAY, 60 * 365 * DAY):
        histogram = summary.histogram([view(7), view(7 + span)], 0, 2**60)
        assert len(histogram["bars"]) <= summary.BARS
        assert sum(sum(bar.values()) for bar in histogram["bars"]) == 2


def test_nothing_found_gives_no_bars() -> None:
    assert summary.histogram([], 0, SECOND)["bars"] == []
