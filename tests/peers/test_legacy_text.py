"""Real API servers write the same requests as legacy text and as JSON; both read as the same events."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from audit.facts import Facts, facts
from audit.reader import Read, events
from tests.support.legacy_recording import Recording, carried, of_1_20, of_1_36

SERVERS = [
    pytest.param(of_1_20, False, marks=pytest.mark.peer("kube"), id="1.20"),
    pytest.param(of_1_36, True, marks=[pytest.mark.peer("kube"), pytest.mark.peer("kube-modern")], id="1.36"),
]


def read(lines: list[bytes]) -> list[Read]:
    """Return what is read, which must be everything."""
    found = list(events(lines))
    assert [] == [one for one in found if not isinstance(one, Read)]
    return [one for one in found if isinstance(one, Read)]


def told(read: Read) -> Facts:
    return facts(read.view)


@pytest.mark.parametrize(("record", "user_agent"), SERVERS)
def test_text_and_json_are_the_same_events(
    tmp_path: Path, record: Callable[[Path], Recording], user_agent: bool
) -> None:
    """And say the same of themselves: actor, action, target, verdict, command."""
    lines, originals = record(tmp_path)
    expected = [carried(event, user_agent=user_agent) for event in originals]
    text = read(lines)
    assert expected == [orjson.loads(one.raw) for one in text]
    assert list(map(told, read([orjson.dumps(event) for event in expected]))) == list(map(told, text))
    assert len(lines) > 15
