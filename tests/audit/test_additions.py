"""What is added to an event is remembered, and is the same as if it were not."""

from typing import Any

import orjson
import pytest

from audit import additions
from audit.additions import Additions, noted, spliced
from audit.event import from_record
from tests.support.events import event


def added(memory: Additions, **changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(b'{"timestamp":"' + memory.of(from_record(event(**changes)), "cp-1"))
    return found


def test_an_addition_ends_the_time_and_the_event() -> None:
    audit = added(Additions({"cluster": "prod", "environment": ""}, ()))["audit"]
    assert ("prod", "cp-1", "alice") == (audit["cluster"], audit["node"], audit["actor"])
    assert "environment" not in audit


def test_what_is_forgotten_is_found_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory is bounded: a stream of ever new names does not fill it."""
    monkeypatch.setattr(additions, "REMEMBERED", 3)
    memory = Additions({"cluster": "prod"}, ())
    names = [f"user-{number % 7}" for number in range(50)]
    assert names == [added(memory, user={"username": name})["audit"]["actor"] for name in names]
    assert len(memory._remembered) <= 3


def test_a_note_is_said_in_the_addition() -> None:
    memory = Additions({}, ())
    line = spliced(
        b'{"a":1}', "2026-01-31T12:34:56.123456Z", noted(memory.of(from_record(event()), ""), "requestURI.query")
    )
    assert "requestURI.query" == orjson.loads(line)["audit"]["redacted"]
    assert "2026-01-31T12:34:56.123456Z" == orjson.loads(line)["timestamp"]
