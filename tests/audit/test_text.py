"""Lines without newlines, JSON without what JSON cannot hold."""

import json
from typing import Any

import msgpack
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.text import clean, one_line, printable
from tests.support.events import JSON, PACKABLE


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"a": 1}', b'{"a": 1}'),
        (b'{"a": 1}\n', b'{"a": 1}'),
        (b'\r\n{"a": 1}\r\n\0', b'{"a": 1}'),
        (b'{\n  "a": [\n1,\r\n 2]\n}', b'{"a":[1,2]}'),
        ('{"a":"é漢𝄞"}'.encode(), '{"a":"é漢𝄞"}'.encode()),
        (b'{"a":"\xff\xc3"}', '{"a":"\ufffd\ufffd"}'.encode()),
        (b"not JSON\nat all", b"not JSON\nat all"),
        (b"", b""),
    ],
)
def test_one_line(line: bytes, expected: bytes) -> None:
    assert expected == one_line(line)


@given(JSON, st.integers(0, 3))
def test_json_over_several_lines_stays_the_same_json(value: Any, indent: int) -> None:
    line = one_line(json.dumps({"a": value}, indent=indent).encode())
    assert b"\n" not in line
    assert {"a": value} == json.loads(line)


@given(st.binary(max_size=60))
def test_every_line_becomes_utf_8(line: bytes) -> None:
    one_line(line).decode()


def test_lines_nested_too_deeply_stay_as_they_are() -> None:
    line = b"[\n" * 5_000
    assert line.strip() == one_line(line)


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4))
def test_json_is_encoded_as_it_is(record: dict[str, Any]) -> None:
    assert record == orjson.loads(clean(record))


@given(st.dictionaries(st.binary(max_size=3) | st.integers() | st.text(max_size=3) | st.none(), PACKABLE, max_size=4))
def test_whatever_messagepack_holds_becomes_json(record: dict[Any, Any]) -> None:
    assert isinstance(orjson.loads(clean(record)), dict)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("nan"), None),
        (float("inf"), None),
        (b"a\xffb", "a\ufffdb"),
        ("\ud800", "?"),
        (2**64 - 1, 2**64 - 1),
        (2**64, "18446744073709551616"),
        (-(2**63), -(2**63)),
        (True, True),
        (msgpack.ExtType(3, b"\0"), {"type": 3, "data": "AA=="}),
        (msgpack.Timestamp(5, 6), "Timestamp(seconds=5, nanoseconds=6)"),
        (
            {b"k": 1, 2: 3, None: 4, msgpack.ExtType(1, b""): 5},
            {"k": 1, "2": 3, "None": 4, "{'type': 1, 'data': ''}": 5},
        ),
    ],
)
def test_what_becomes_of_a_value(value: Any, expected: Any) -> None:
    assert {"x": [expected]} == orjson.loads(clean({"x": [value]}))


@pytest.mark.parametrize("wrap", [lambda value: [value], lambda value: {"k": value}], ids=["lists", "maps"])
def test_below_two_hundred_levels_only_the_count_is_left(wrap: Any) -> None:
    value: Any = [1, 2, 3]
    for _ in range(198):
        value = wrap(value)
    assert {"x": value, "y": ""} == orjson.loads(clean({"x": value, "y": b""}))
    assert b'"(3 values nested deeper than 200 levels)"' in clean({"x": wrap(value), "y": b""})


def test_json_made_already_is_put_in_as_it_is() -> None:
    assert b'{"x":"\xef\xbf\xbd","audit":{"a":1}}' == clean({"x": b"\xff", "audit": orjson.Fragment(b'{"a":1}')})


def test_signs_that_a_terminal_would_obey_are_shown_as_escapes() -> None:
    assert "a\\x1b[2J\\x9b\\u2028\\n é" == printable("a\x1b[2J\x9b\u2028\n é")
    assert "a \\ é" == printable("a \\ é")
