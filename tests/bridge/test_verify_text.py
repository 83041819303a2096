"""What `verify` says."""

import json

from bridge import verify_text
from bridge.ledger import Want
from bridge.matching import Finding
from bridge.prints import Key
from bridge.verifying import Verdict
from bridge.wanted import Read

FILES = ["audit.log", "old.log.gz"]
TIME = 1_769_862_896_123_456


def want(line: int, name: str = "id") -> Want:
    return Want(TIME, Key(name, "Panic"), b"", 1, line)


def verdict(*findings: Finding, wanted: int = 10, first_there: int | None = None) -> Verdict:
    found = Verdict(100, wanted=wanted, first_there=first_there)
    found.findings = list(findings)
    found.counts.update(one.kind for one in findings)
    return found


def test_a_line_for_each_and_what_they_come_to() -> None:
    findings = (
        Finding("missing", want(1)),
        Finding("doubled", want(2), 3),
        Finding("doubled", want(3), 2, {}),
        Finding("altered", want(4, "a\x1b[2J"), found={}),
    )
    paths = {(1, 3): ["verb"], (1, 4): ["audit.cluster", "verb"]}
    time = "2026-01-31T12:34:56.123456Z"
    assert [
        f"missing  {time}  id Panic  old.log.gz:1",
        f"doubled  {time}  id Panic  old.log.gz:2  there 3 times",
        f"doubled  {time}  id Panic  old.log.gz:3  there 2 times, one differs in verb",
        f"altered  {time}  a\\x1b[2J Panic  old.log.gz:4  differs in audit.cluster, verb",
        "10 events: 1 missing, 2 doubled, 1 altered; 5 left out by the filter; 6 lines without an audit ID cannot be looked for",
    ] == verify_text.lines(FILES, Read(filtered=5, unknown=6), verdict(*findings), paths)


def test_nothing_wrong_is_one_line() -> None:
    assert ["10 events: 0 missing, 0 doubled, 0 altered"] == verify_text.lines(FILES, Read(), verdict(), {})


def test_those_that_are_not_named_are_counted() -> None:
    found = verdict(Finding("missing", want(1)))
    found.counts["missing"] = 2_000
    assert "and 1,999 more: --most names more of them" == verify_text.lines(FILES, Read(), found, {})[1]


def test_hints() -> None:
    nothing = verdict(Finding("missing", want(1)), wanted=1)
    assert "nothing of the logs is there: is it the right account, and the right --query?" in verify_text.lines(
        FILES, Read(), nothing, {}
    )
    late = verdict(Finding("missing", want(1)), first_there=TIME)
    late.last_missing = TIME - 1
    assert (
        "nothing from before 2026-01-31T12:34:56.123456Z is there: is that older than what the account keeps?"
    ) in verify_text.lines(FILES, Read(), late, {})
    altered = verdict(Finding("altered", want(1), found={}), Finding("altered", want(2), found={}))
    paths = {(1, 1): ["audit.cluster"], (1, 2): ["audit.cluster"]}
    assert (
        "all altered events differ in audit.cluster: is --config the one that the bridge runs with?"
    ) in verify_text.lines(FILES, Read(), altered, paths)


def test_the_same_as_json() -> None:
    findings = (Finding("missing", want(1)), Finding("doubled", want(2), 3), Finding("altered", want(4), found={}))
    found = json.loads(verify_text.document(FILES, Read(unknown=1), verdict(*findings), {(1, 4): ["verb"]}))
    common = {"auditID": "id", "stage": "Panic", "time": "2026-01-31T12:34:56.123456Z", "log": "old.log.gz"}
    assert {
        "good": False,
        "events": 10,
        "missing": 1,
        "doubled": 1,
        "altered": 1,
        "filtered": 0,
        "unknown_lines": 1,
        "others": 0,
        "findings": [
            {"kind": "missing", **common, "line": 1},
            {"kind": "doubled", **common, "line": 2, "times": 3},
            {"kind": "altered", **common, "line": 4, "differs": ["verb"]},
        ],
        "hints": [],
    } == found
