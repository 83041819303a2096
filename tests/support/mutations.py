"""Real events spoilt in every way: values replaced, moved, wrapped and grown, keys renamed, bytes cut and turned."""

import copy
import json
from typing import Any

import orjson
from hypothesis import strategies as st

from tests.support import legacy, planted
from tests.support.events import EVENTS, JSON, TEXT, sample_lines

_KEYS = TEXT | st.sampled_from(
    [
        "kind",
        "data",
        "requestObject",
        "responseObject",
        "metadata",
        "annotations",
        "items",
        "objectRef",
        "audit",
        "timestamp",
    ]
)
_VALUES = JSON | st.sampled_from(["x" * 20_000, "\0" * 3_000, ["y" * 100] * 300, 10**30, -0.0]) | planted.WRAPPED
_BYTES = [
    b"",
    b"\xff",
    b"\n",
    b"\0",
    b"\\",
    b'"',
    b"}",
    b"]",
    b"\\u0061",
    b"\xe2\x80\xa8",
    b",null",
    b"1e999",
    b"NaN",
    b"\\ud800",
]
_LEGACY = [legacy.REQUEST_2, legacy.RESPONSE_2, legacy.STAGE_3, legacy.STAGE_4]


def _places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value that is not nested very deeply, the root left out."""
    if len(here) > 30:
        return []
    items = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    return [path for key, item in items for path in ((*here, key), *_places(item, (*here, key)))]


@st.composite
def mutated_values(draw: st.DrawFn) -> Any:
    """Draw an event as an agent would have parsed it, with one to four values changed."""
    event = copy.deepcopy(draw(_PARSED))
    for _ in range(draw(st.integers(0, 4))):
        places = _places(event)
        if not places:
            break
        *above, last = draw(st.sampled_from(places))
        parent = event
        for key in above:
            parent = parent[key]
        way = draw(st.sampled_from(["remove", "replace", "wrap", "text", "rename", "deep"]))
        if way == "remove":
            del parent[last]
        elif way == "rename" and isinstance(parent, dict):
            parent[draw(_KEYS)] = parent.pop(last)
        elif way == "wrap":
            parent[last] = [parent[last]]
        elif way == "text":
            parent[last] = json.dumps(parent[last])
        elif way == "deep":
            for _ in range(draw(st.sampled_from([10, 190, 400]))):
                parent[last] = {"a": parent[last]}
        else:
            parent[last] = copy.deepcopy(draw(_VALUES))
    return event


@st.composite
def mutated_lines(draw: st.DrawFn) -> bytes:
    """Draw a line as an API server would have written it, with up to three places of its bytes changed."""
    lines = st.sampled_from(sample_lines()) | st.sampled_from(_LEGACY) | mutated_values().map(_encoded)
    line = draw(lines)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(line)))
        line = line[:at] + draw(st.sampled_from(_BYTES)) + line[at + draw(st.integers(0, 5)) :]
    return line


def _encoded(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


_PARSED = st.sampled_from(sample_lines()).map(orjson.loads) | EVENTS | planted.EVENTS
