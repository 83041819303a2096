"""Data against a model: wording of pydantic's errors, rules of a model's own, unions, unknown keys."""

from typing import Annotated, Literal, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, model_validator

from audit.checking import Complaint, Matching, refusal, unknown, validated


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int = 1
    names: list[Annotated[str, Matching("[a-z]{1,3}", "1-3 letters", "remove the entry or name it")]] = []


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    inner: Inner = Inner()
    items: list[Inner] = []
    by_name: dict[str, Inner] = {}
    either: int | bool = 1
    ratio: float = Field(default=0.5, lt=1)
    port: Literal[80, 443] = 443
    low: int = 0
    high: int = 9

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.low > self.high:
            raise refusal(f"at least low, {self.low}", "raise it", got=str(self.high), at=("high",))
        return self


def complaint(data: object) -> Complaint:
    found = validated(data, Outer)
    assert isinstance(found, list)
    assert len(found) == 1
    return found[0]


def test_data_that_fits_becomes_the_model() -> None:
    assert validated({"items": [{"size": 2}]}, Outer) == Outer(items=[Inner(size=2)])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"inner": {"names": ["ok", ""]}}, (("inner", "names", 1), "1-3 letters", "''", "remove the entry or name it")),
        (
            {"size": 1},
            (("size",), "one of by_name, either, high, inner, items, low, port, ratio", "'size'", "inner.size is one"),
        ),
        ({"items": [{}, {"sise": 1}]}, (("items", 1, "sise"), "a known key", "'sise'", "did you mean 'size'?")),
        ({"by_name": {"x": {"sise": 1}}}, (("by_name", "x", "sise"), "a known key", "'sise'", "did you mean 'size'?")),
        ({"either": "x"}, (("either",), "a whole number or true or false", "the text 'x'", "")),
        ({"ratio": 1.5}, (("ratio",), "less than 1.0", "1.5", "")),
        ({"port": 22}, (("port",), "80 or 443", "22", "")),
        ({"ratio": None}, (("ratio",), "a number", "nothing", "")),
        ({"low": 10}, (("high",), "at least low, 10", "9", "raise it")),
        ([], ((), "a map", "an empty list", "")),
    ],
)
def test_a_disagreement_is_told_in_plain_words(data: object, expected: tuple[object, ...]) -> None:
    found = complaint(data)
    assert (found.path, found.want, found.got, found.cure) == expected


def test_a_missing_key_is_named() -> None:
    class Needy(BaseModel):
        must: str

    assert validated({}, Needy) == [Complaint(("must",), "a value", "nothing", "add it")]


def test_the_pattern_is_in_the_schema() -> None:
    assert Inner.model_json_schema()["properties"]["names"]["items"]["pattern"] == "^(?:[a-z]{1,3})$"


ANY_JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists)


@settings(deadline=None)  # the machine may be busy
@given(st.dictionaries(st.sampled_from(["inner", "items", "by_name", "either", "ratio", "other"]), ANY_JSON))
def test_any_data_gives_a_model_or_complaints(data: dict[str, object]) -> None:
    found = validated(data, Outer)
    assert isinstance(found, Outer) or all(one.want and one.got for one in found)


@pytest.mark.parametrize(
    "path",
    [
        ("inner",),
        ("inner", "size"),
        ("items", 0, "size"),
        ("by_name", "any", "size"),
        ("either", "x"),
        ("ratio", "x", 0),
    ],
)
def test_a_path_that_the_model_has_or_that_no_model_stands_at_is_not_unknown(path: tuple[str | int, ...]) -> None:
    assert None is unknown(path, Outer)


@pytest.mark.parametrize(
    ("path", "at"),
    [
        (("inner", "sise"), ("inner", "sise")),
        (("innr", "size", "x"), ("innr",)),
        (("items", 3, "sise"), ("items", 3, "sise")),
        (("by_name", "any", "sise", "x"), ("by_name", "any", "sise")),
    ],
)
def test_a_path_through_a_key_that_no_model_has_is_unknown(
    path: tuple[str | int, ...], at: tuple[str | int, ...]
) -> None:
    found = unknown(path, Outer)
    assert found is not None
    assert (at, "a known key") == (found.path, found.want)
