"""Plain data against a pydantic model: every disagreement at once, in plain words.

Types are strict: text is never taken for a number or a number for text, so that what a person wrote is what is used. A
model states a rule of its own by raising `refusal` in a validator, or declares the form of a text with `Matching`.
"""

import difflib
import json
import re
from dataclasses import dataclass
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from audit.problems import Path, described, path_text, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic.json_schema import JsonSchemaValue

M = TypeVar("M", bound=BaseModel)

_REFUSAL = "refusal"

_KINDS = {
    "string": "text",
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "dict": "a map",
    "model": "a map",
    "mapping": "a map",
    "none": "nothing",
}

_BOUNDS = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "string_too_short": "at least {min_length} character(s)",
    "string_too_long": "at most {max_length} character(s)",
    "string_pattern_mismatch": "text that matches {pattern}",
    "too_short": "{min_length} or more entries",
    "too_long": "{max_length} or fewer entries",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One disagreement: where in the data, what was wanted, what stood there, how to cure it."""

    path: Path
    want: str
    got: str
    cure: str


def refusal(want: str, cure: str = "", *, got: str | None = None, at: Path = ()) -> PydanticCustomError:
    """Make the error by which a model's validator states its own rule; raise it there.

    `got` is an echo of the value unless given; `at` is the path below the validated value that is to blame.
    """
    return PydanticCustomError(_REFUSAL, "{want}", {"want": want, "cure": cure, "got": got, "at": list(at)})


@dataclass(frozen=True, slots=True)
class Matching:
    """A form of text with words for it: `Annotated[str, Matching(r"[a-z]+", "lower-case letters")]`."""

    pattern: str
    want: str
    cure: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the whole text against the pattern, after it is known to be text."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> "JsonSchemaValue":
        """Let editors know the pattern."""
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}

    def _check(self, text: str) -> str:
        if re.fullmatch(self.pattern, text) is None:
            raise refusal(self.want, self.cure)
        return text


def near(text: str, names: "Sequence[str]") -> str:
    """Return `did you mean 'x'?` for the name that is nearest to a text, or "" where none is near."""
    found = difflib.get_close_matches(text, names, 1)
    return f"did you mean {found[0]!r}?" if found else ""


def validated(data: Any, model: type[M]) -> M | list[Complaint]:
    """Return the model's instance, or every complaint in the order of their paths."""
    try:
        return model.model_validate_json(json.dumps(data), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        found = [_complaint(detail, data, model) for detail in _errors(error)]
    joined: dict[Path, Complaint] = {}
    for one in found:  # the members of a union complain one by one about the same value
        before = joined.get(one.path)
        same = before is None or before.want == one.want
        want = one.want if before is None or same else f"{before.want} or {one.want}"
        joined[one.path] = Complaint(one.path, want, one.got, one.cure if same else "")
    return list(joined.values())


def unknown(path: Path, model: type[BaseModel]) -> Complaint | None:
    """Return what is wrong with a path that leads through keys which a model does not have; None where it has them all."""
    annotations: list[Any] = [model]
    for depth, part in enumerate(path):
        fields = [_fields(one) for one in annotations if _is_model(one)]
        if fields and len(fields) == len(annotations) and not any(part in each for each in fields):
            return _unknown_key(path[: depth + 1], model)
        annotations = [inner for one in annotations for inner in _plain(_inside(one, part))]
    return None


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _inside(annotation: Any, part: str | int) -> Any:
    """Return the annotation of what stands below a key or an index."""
    if _is_model(annotation):
        return _fields(annotation).get(str(part), Any)
    arguments = get_args(annotation)
    return arguments[-1 if get_origin(annotation) is dict else 0] if arguments else Any


def _plain(annotation: Any) -> "Iterator[Any]":
    """Yield the members of a union, None left out, without what `Annotated` writes around them."""
    if get_origin(annotation) is Annotated:
        yield from _plain(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for one in get_args(annotation):
            yield from _plain(one)
    elif annotation is not type(None):
        yield annotation


def _errors(error: ValidationError) -> "Iterator[ErrorDetails]":
    """Yield what pydantic found, but no list that is too short only because its bad entries do not count."""
    details = error.errors(include_url=False)
    for one in details:
        depth = len(one["loc"])
        below = any(len(other["loc"]) > depth and other["loc"][:depth] == one["loc"] for other in details)
        if not (below and one["type"] == "too_short"):
            yield one


def _complaint(detail: ErrorDetails, data: Any, model: type[BaseModel]) -> Complaint:
    kind, context, value = detail["type"], detail.get("ctx", {}), detail["input"]
    path = _path_in(data, detail["loc"], keep_last=kind == "missing")
    if kind == "extra_forbidden":
        return _unknown_key(path, model)
    if kind == "missing":
        return Complaint(path, "a value", "nothing", "add it")
    if kind in ("literal_error", "enum"):
        return _one_of(path, value, str(context["expected"]))
    if want := _KINDS.get(kind.split("_")[0] if kind not in _BOUNDS else ""):
        return Complaint(path, want, described(value, path), _type_cure(want, value))
    return _rule_broken(kind, context, path, value, detail["msg"])


def _rule_broken(kind: str, context: dict[str, Any], path: Path, value: Any, message: str) -> Complaint:
    if kind == _REFUSAL:
        got = shown(value, path) if context["got"] is None else context["got"]
        return Complaint((*path, *context["at"]), context["want"], got, context["cure"])
    want, cure = message.lower(), ""
    if kind == "value_error":  # a validator's own words, "want - cure"
        want, _, cure = str(context["error"]).partition(" - ")
    elif kind in _BOUNDS:
        want = _BOUNDS[kind].format(**context)
    return Complaint(path, want, shown(value, path), cure)


def _type_cure(want: str, value: Any) -> str:
    if want == "text" and isinstance(value, int | float):
        return "put it in quotes"
    if want in ("a whole number", "a number") and isinstance(value, str) and value.lstrip("-").isdecimal():
        return "remove the quotes"
    return ""


def _path_in(data: Any, location: "Sequence[str | int]", *, keep_last: bool) -> Path:
    """Return the location without the names of union members that pydantic puts between its parts."""
    path: list[str | int] = []
    for index, part in enumerate(location):
        is_last = index == len(location) - 1
        in_list = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if in_list or (isinstance(data, dict) and part in data):
            data = data[part]
        elif not (is_last and keep_last):
            continue
        path.append(part)
    return tuple(path)


def _one_of(path: Path, value: Any, expected: str) -> Complaint:
    names = re.findall(r"'([^']*)'", expected)
    want = "one of " + ", ".join(names) if len(names) > 1 else expected
    return Complaint(path, want, shown(value, path), near(value, names) if isinstance(value, str) else "")


def _unknown_key(path: Path, model: type[BaseModel]) -> Complaint:
    key = str(path[-1])
    known = sorted({name for found in _models_at(model, path[:-1]) for name in _fields(found)})
    if cure := near(key, known):
        return Complaint(path, "a known key", shown(key), cure)
    homes = [home for home in _homes(key, model, (), ()) if home[:-1] != path[:-1]]
    cure = f"{path_text(homes[0])} is one" if len(homes) == 1 else "remove it"
    return Complaint(path, "one of " + ", ".join(known), shown(key), cure)


def _homes(key: str, model: type[BaseModel], path: Path, around: tuple[type[BaseModel], ...]) -> "Iterator[Path]":
    """Yield where a model has a key of this name; what is in a list is left out, for it has no path of its own."""
    for name, annotation in _fields(model).items():
        if name == key:
            yield (*path, name)
        for one in _plain(annotation):
            if _is_model(one) and one not in (*around, model):
                yield from _homes(key, one, (*path, name), (*around, model))


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """Return the annotations of a model's fields by the names that documents use."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _models_at(model: type[BaseModel], path: Path) -> list[type[BaseModel]]:
    """Return the models that may stand at a path; several where a union leaves the choice."""
    models = [model]
    for part in path:
        fields = [_fields(one) for one in models]
        if not isinstance(part, int):  # list items have the models of their list
            models = [found for each in fields if part in each for found in _models_in(each[part])] or models
    return models


def _models_in(annotation: Any) -> "Iterator[type[BaseModel]]":
    if _is_model(annotation):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
