"""Values made up from the model: mostly right, now and then wrong, in every place that the model has."""

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from audit.checking import Matching
from audit.units import seconds, size

TOKEN = "11111111-2222-4333-8444-555555555555"
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2**70),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["", " ", "1", "1.30", "null", "*", "/", "..", "\x00", "\u2028", "${A}", "{{ x }}", "$(id)", TOKEN]
    ),
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=6), inner, max_size=2),
    max_leaves=4,
)
SIZES = st.sampled_from(["1B", "64KiB", "5MB", "64MiB", "1GiB", "20GiB", 1, 4_000_000, 2**31])
DURATIONS = st.sampled_from(["1ms", "200ms", "1s", "50s", "2m", "1h"])
WRONG_IN = 25
"""One value in so many is anything at all."""


def values(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Return maps with some keys of a model, rarely with one that it does not have, or something that is no map."""
    return st.integers(0, WRONG_IN).flatmap(lambda at: JUNK if at == 0 else _map(model, stray=at == 1))


def _map(model: type[BaseModel], *, stray: bool) -> st.SearchStrategy[Any]:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    keys = st.lists(st.sampled_from(sorted(fields)), unique=True, max_size=4)
    found = keys.flatmap(lambda names: st.fixed_dictionaries({name: _value(fields[name]) for name in names}))
    if not stray:
        return found
    strange = st.dictionaries(st.text(max_size=6) | st.sampled_from(sorted(fields)).map(str.swapcase), JUNK, max_size=1)
    return st.tuples(found, strange).map(lambda both: {**both[1], **both[0]})


def _value(field: FieldInfo) -> st.SearchStrategy[Any]:
    annotation: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    return st.integers(0, WRONG_IN).flatmap(lambda at: JUNK if at == 0 else _of(annotation))


def _of(annotation: Any, metadata: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _of(arguments[0], (*metadata, *arguments[1:]))
    if origin in (Union, types.UnionType):
        return st.one_of(*(_of(one, metadata) for one in arguments))
    if forms := [one for one in metadata if isinstance(one, Matching)]:
        return st.from_regex(
            forms[0].pattern, fullmatch=True, alphabet=st.characters(codec="ascii", exclude_categories=["Cc"])
        )
    functions = {getattr(one, "func", None) for one in metadata}
    if size in functions or seconds in functions:
        return SIZES if size in functions else DURATIONS
    return _plain(annotation, origin, arguments)


def _plain(annotation: Any, origin: Any, arguments: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return st.deferred(lambda: values(annotation))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (tuple, list):
        return st.lists(_of(arguments[0]), max_size=2)
    if origin is dict:
        return st.dictionaries(_of(arguments[0]), _of(arguments[1]), max_size=2)
    kinds: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.integers(0, 70_000),
        float: st.floats(0, 1e6),
        str: st.text(max_size=12) | st.from_regex(r"[a-z][a-z0-9./-]{0,12}", fullmatch=True),
        type(None): st.none(),
    }
    return kinds.get(annotation, JUNK)
