import json

import orjson
from hypothesis import given
from hypothesis import strategies as st

from bridge.sandbox.events import Event, View, paths, values

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


def event(raw: bytes, *, is_json: bool = True) -> Event:
    return Event(7, 1_000_000, 2_000_123, ("a", "b"), raw, is_json)


def test_a_json_event_has_the_shape_of_the_retrieval_api() -> None:
    assert json.loads(orjson.dumps(event(b'{"a":1}').as_json())) == {
        "id": "000000000007",
        "timestamp": 2000,
        "tags": ["a", "b"],
        "logtypes": ["json"],
        "logmsg": '{"a":1}',
        "raw": '{"a":1}',
        "unparsed": None,
        "event": {"json": {"a": 1}},
    }


def test_plain_text_is_unparsed() -> None:
    shape = event("grüß".encode(), is_json=False).as_json()
    assert ("grüß", [], {}) == (shape["unparsed"], shape["logtypes"], shape["event"])


def test_arrays_are_gone_through_as_if_they_were_not_there() -> None:
    document = {"a": [{"b": 1}, [{"b": [2, 3]}], {"c": 4}, "text"], "n": None}
    assert values(document, ("a", "b")) == [1, 2, 3]
    assert values(document, ("a",)) == ["text"]
    assert values(document, ("n",)) == []


def test_a_path_holds_a_scalar() -> None:
    assert paths({"a": {"b": [{"c": 1}, {"d": None}], "e": "x"}, "f": {}}) == {("a", "b", "c"), ("a", "e")}


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4))
def test_every_path_has_values_and_only_those_have(document: dict[str, object]) -> None:
    assert all(values(document, path) for path in paths(document))


def test_depth_that_the_parser_takes_is_no_matter() -> None:
    deep = orjson.loads(b'{"a":' + b"[" * 900 + b"1" + b"]" * 900 + b"}")
    assert ([1], {("a",)}) == (values(deep, ("a",)), paths(deep))


def test_a_view_shows_searchable_fields_only() -> None:
    view = View(event(b'{"a":1,"b":2}'), {("a",)})
    assert ([1], [], '{"a":1,"b":2}') == (view.values(("a",)), view.values(("b",)), view.text)
    assert View(event(b"x", is_json=False)).values(("a",)) == []
