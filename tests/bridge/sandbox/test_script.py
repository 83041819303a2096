import json
from typing import Any

import pytest

from bridge.sandbox import script
from bridge.sandbox.script import Script, ScriptError, Seen, Step

UPLOAD = Seen(True, "/bulk/T/tag/a/", ("a",), b"poison")
SEARCH = Seen(False, "/apiv2/events/iterate", ())


def scripted(*steps: dict[str, Any]) -> Script:
    return script.parse(json.dumps({"steps": steps}).encode())


def statuses(steps: Script, times: list[float], seen: Seen = UPLOAD) -> list[int | None]:
    found = [steps.after_body(seen, time) for time in times]
    return [None if step is None else step.status for step in found]


def test_steps_are_used_up_in_order() -> None:
    steps = scripted({"status": 503, "times": 2}, {"status": 403, "times": 1})
    assert statuses(steps, [0, 1, 2, 3]) == [503, 503, 403, None]


def test_seconds_count_from_the_first_match() -> None:
    steps = scripted({"status": 503, "for_s": 20}, {"status": 429, "times": 1})
    assert statuses(steps, [100, 119, 120, 121]) == [503, 503, 429, None]


def test_without_a_limit_a_step_lasts() -> None:
    assert statuses(scripted({"status": 500}), [0, 1e9]) == [500, 500]


@pytest.mark.parametrize(
    ("match", "seen", "applies"),
    [
        ({}, UPLOAD, True),
        ({}, SEARCH, False),
        ({"path": "/apiv2/"}, SEARCH, True),
        ({"path": "/inputs/"}, UPLOAD, False),
        ({"tag": "a"}, UPLOAD, True),
        ({"tag": "b"}, UPLOAD, False),
        ({"contains": "pois"}, UPLOAD, True),
        ({"contains": "cure"}, UPLOAD, False),
        ({"tag": "a", "contains": "cure"}, UPLOAD, False),
        ({"above_bytes": 5}, UPLOAD, True),
        ({"above_bytes": 6}, UPLOAD, False),
    ],
)
def test_what_a_step_is_for(match: dict[str, Any], seen: Seen, applies: bool) -> None:
    assert ([500] if applies else [None]) == statuses(scripted({"status": 500, "match": match}), [0], seen)


def test_slow_reads_come_before_the_body_and_the_rest_after() -> None:
    steps = scripted({"status": 500}, {"action": "slow_read", "delay_ms": 5})
    assert steps.before_body(UPLOAD, 0) == Step(action="slow_read", delay_ms=5)
    assert steps.after_body(UPLOAD, 0) == Step(status=500)
    assert len(steps) == 2


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ([{"staus": 500}], "script: Object contains unknown field `staus` - at `$.steps[0]`"),
        ([{"action": "explode"}], "script: Invalid enum value 'explode' - at `$.steps[0].action`"),
        ([{"status": 500, "times": 0}], "script: Expected `int` >= 1 - at `$.steps[0].times`"),
        (
            [{"status": 500, "times": 1, "for_s": 1}],
            "script: expected times or for_s, got both - at `$.steps[0]`",
        ),
        ([{}], "script: respond needs a status, and nothing else has one - at `$.steps[0]`"),
        (
            [{"action": "slow_read", "match": {"contains": "x"}}],
            "script: slow_read decides before the body is there - match by path or tag - at `$.steps[0]`",
        ),
        (
            [{"status": 200, "headers": {"A": "b\r\nC: d"}}],
            "script: header 'A': expected one line of Latin-1 - at `$.steps[0]`",
        ),
    ],
)
def test_a_wrong_script_is_refused_with_the_place(steps: list[dict[str, Any]], sentence: str) -> None:
    with pytest.raises(ScriptError) as error:
        scripted(*steps)
    assert sentence == str(error.value)


def test_tokens_are_replaced_as_a_whole() -> None:
    assert script.parse_tokens(b'{"tokens":["a","b"]}') == {"a", "b"}
    assert script.parse_tokens(b'{"tokens":[]}') == frozenset()
    for wrong in (b"", b"[]", b'{"tokens":[""]}', b'{"token":["a"]}', b'{"tokens":["secret",1]}'):
        with pytest.raises(ScriptError) as error:
            script.parse_tokens(wrong)
        assert "secret" not in str(error.value)
