"""`audit-generator schema`."""

import json

import pytest

from generator.schema import schema
from tests.support.commands import run


def test_the_schema_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "schema")
    assert (0, schema(), "") == (code, json.loads(out), err)
