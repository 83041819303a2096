"""Bodies as lists of `path=value`."""

from typing import Any

import pytest
from hypothesis import given

from audit.flatten import flatten
from tests.support.events import JSON


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"spec": {"containers": [{"image": "a", "tty": True}, {"image": "b"}], "hostNetwork": False}, "x": None},
            ["spec.containers[].image=a", "spec.containers[].tty=true", "spec.containers[].image=b", "spec.hostNetwork=false", "x=null"],
        ),
        ([{"op": "add", "value": 1.5}], ["[].op=add", "[].value=1.5"]),
        ({"a": {}, "b": [], "c": {"": 1}}, ["a={}", "b=[]", "c.=1"]),
        ("text", ["text"]),
        (5, ["5"]),
        ({}, ["{}"]),
    ],
)  # fmt: skip
def test_every_scalar_stands_with_its_path(value: Any, expected: list[str]) -> None:
    assert expected == flatten(value)


@given(JSON)
def test_there_is_always_something(value: Any) -> None:
    assert flatten(value)


def test_values_nested_very_deeply_stand_as_json() -> None:
    deep: Any = 1
    for _ in range(202):
        deep = [deep]
    assert ["[]" * 200 + "=[[1]]"] == flatten(deep)
