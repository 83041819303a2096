"""JSON patches judged by the place that their values are put to."""

from typing import Any

import pytest

from audit import patches


def whole(value: Any) -> Any:
    """Clean as a test can follow: what stands under `secret` becomes X, what stands under `gone` goes."""
    if isinstance(value, dict):
        return {key: "X" if key == "secret" else whole(one) for key, one in value.items() if key != "gone"}
    return [whole(one) for one in value] if isinstance(value, list) else value


def lost(value: Any) -> str:
    return f"lost {value}"


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("/spec/replicas", 3, 3),
        ("/spec/secret", "a", "X"),
        ("/spec/0/secret", "a", "X"),
        ("/spec/-", {"secret": "a", "b": 1}, {"secret": "X", "b": 1}),
        ("/0/secret", "a", "X"),
        ("/secret/deeper", "a", "lost a"),
        ("/gone/deeper", "a", "lost a"),
        ("/a~1secret/b", "a", "a"),
        ("", {"secret": "a"}, {"secret": "X"}),
        ("", "a", "lost a"),
        (5, "a", "lost a"),
        ("/a" * 100, "a", "lost a"),
    ],
)
def test_a_value_is_cleaned_as_part_of_what_it_becomes(path: Any, value: Any, expected: Any) -> None:
    operation = {"op": "add", "path": path, "value": value}
    found = patches.clean(operation, whole, lost)
    assert {**operation, "value": expected} | ({} if isinstance(path, str) else {"path": "lost 5"}) == found


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"op": "add", "path": "/a", "value": 1}, True),
        ({"op": "remove", "path": "/a"}, True),
        ({"path": "/a", "value": 1}, True),
        ({"path": "/healthz", "port": 80}, False),
        ({"op": "add"}, False),
    ],
)
def test_what_an_operation_is(value: dict[str, Any], expected: bool) -> None:
    assert expected == patches.is_operation(value)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/spec/containers/0/args/1", True), ("/a/command/-", True), ("/a/args", False), ("/a/args/x", False), (5, False)],
)
def test_one_argument_is_told_from_a_command(path: Any, expected: bool) -> None:
    assert expected == patches.puts_argument({"op": "add", "path": path, "value": "x"})
