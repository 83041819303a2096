"""managedFields cut out of JSON text, or left for those who decode."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.managed_fields import without
from tests.support.events import JSON, TEXT, sample_lines

FIELDS = '"managedFields":[{"manager":"x","fieldsV1":{"f:data":{".":{},"k:{\\"ip\\":\\"1\\"}":{}}}}]'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"a":1}', '{"a":1}'),
        (f'{{"metadata":{{"name":"x",{FIELDS}}},"a":1}}', '{"metadata":{"name":"x"},"a":1}'),
        (f'{{"metadata":{{{FIELDS},"name":"x"}}}}', '{"metadata":{"name":"x"}}'),
        (f'{{"metadata":{{"a":1,{FIELDS},"name":"x"}}}}', '{"metadata":{"a":1,"name":"x"}}'),
        (f"{{{FIELDS}}}", "{}"),
        (f"{{{FIELDS},{FIELDS}}}", "{}"),
        (f'[{{"a":1,{FIELDS}}},{{{FIELDS}}}]', '[{"a":1},{}]'),
        ('{"managedFields":[]}', "{}"),
    ],
)
def test_the_lists_are_cut_and_the_rest_is_untouched(body: str, expected: str) -> None:
    assert expected == without(body)


@pytest.mark.parametrize(
    "body",
    [
        '{"managedFields":null}',
        '{"managedFields": []}',
        '{"managedFields":[[]]}',
        '{"managedFields":[{"v:\\"]\\"":{}}]}',
        '{"managedFields":["]"]}',
        '{"managedFields":["\\\\"]}',
        '{"managedFields":["\\\\\\""]}',
        '{"managedFields":[',
        '{"a":"\\"managedFields\\":[]"}',
    ],
)
def test_what_is_not_certain_is_returned_as_it_is(body: str) -> None:
    assert body is without(body)


@given(st.lists(st.dictionaries(TEXT, JSON, max_size=3), max_size=3), st.dictionaries(TEXT, JSON, max_size=3))
def test_what_is_left_is_the_same_json(managed: list[Any], others: dict[str, Any]) -> None:
    """Whatever stands in the lists: either all of them are gone, or nothing has changed."""
    whole = {"metadata": {"managedFields": managed, **others}, "items": [{"managedFields": managed}]}
    body = orjson.dumps(whole).decode()
    assert orjson.loads(without(body)) in (whole, {"metadata": others, "items": [{}]})


def test_in_a_real_log_all_are_cut() -> None:
    assert not any('"managedFields":[' in without(line.decode()) for line in sample_lines())
