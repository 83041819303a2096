"""What `audit-bridge verify` found, for a person and as JSON. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from audit.text import printable
from audit.times import from_nanoseconds
from bridge.matching import KINDS, Finding
from bridge.verifying import Verdict
from bridge.wanted import Read

Paths = Mapping[tuple[int, int], Sequence[str]]
"""Where altered events differ, by the file and line of what they should be."""


def lines(files: Sequence[str], read: Read, verdict: Verdict, paths: Paths) -> list[str]:
    """Return a line for each finding, and what they come to."""
    found = [_line(files, one, paths) for one in verdict.findings]
    unnamed = verdict.counts.total() - len(found)
    return [
        *found,
        *([f"and {unnamed:,} more: --most names more of them"] if unnamed else []),
        *_hints(verdict, paths),
        _sum(read, verdict),
    ]


def document(files: Sequence[str], read: Read, verdict: Verdict, paths: Paths) -> str:
    """Return everything as one JSON object."""
    content: dict[str, Any] = {
        "good": verdict.good,
        "events": verdict.wanted,
        **{str(kind): verdict.counts[kind] for kind in KINDS},
        "filtered": read.filtered,
        "unknown_lines": read.unknown,
        "others": verdict.others,
        "findings": [_entry(files, one, paths) for one in verdict.findings],
        "hints": _hints(verdict, paths),
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()


def _entry(files: Sequence[str], finding: Finding, paths: Paths) -> dict[str, Any]:
    want = finding.want
    return {
        "kind": finding.kind,
        "auditID": want.key.audit_id,
        "stage": want.key.stage,
        "time": _time(want.time),
        "log": files[want.file],
        "line": want.line,
        **({"times": finding.times} if finding.kind == "doubled" else {}),
        **({"differs": list(paths.get((want.file, want.line), ()))} if finding.found is not None else {}),
    }


def _line(files: Sequence[str], finding: Finding, paths: Paths) -> str:
    want = finding.want
    differing = ", ".join(paths.get((want.file, want.line), ())) or "something"
    how = {
        "missing": "",
        "doubled": f"  there {finding.times} times"
        + (f", one differs in {differing}" if finding.found is not None else ""),
        "altered": f"  differs in {differing}",
    }[finding.kind]
    place = f"{files[want.file]}:{want.line}"
    return printable(f"{finding.kind:<9}{_time(want.time)}  {want.key.audit_id} {want.key.stage}  {place}{how}")


def _hints(verdict: Verdict, paths: Paths) -> list[str]:
    hints = []
    if verdict.wanted and verdict.counts["missing"] == verdict.wanted:
        hints.append("nothing of the logs is there: is it the right account, and the right --query?")
    elif verdict.begins_late:
        hints.append(
            f"nothing from before {_time(verdict.first_there or 0)} is there: is that older than what the account keeps?"
        )
    altered = [one for one in verdict.findings if one.kind == "altered"]
    same = {tuple(paths.get((one.want.file, one.want.line), ())) for one in altered}
    if len(altered) > 1 and len(same) == 1 and () not in same:
        where = ", ".join(next(iter(same)))
        hints.append(printable(f"all altered events differ in {where}: is --config the one that the bridge runs with?"))
    return hints


def _sum(read: Read, verdict: Verdict) -> str:
    counts = ", ".join(f"{verdict.counts[kind]:,} {kind}" for kind in KINDS)
    parts = [f"{verdict.wanted:,} events: {counts}"]
    parts += [f"{read.filtered:,} left out by the filter"] if read.filtered else []
    parts += [f"{read.unknown:,} lines without an audit ID cannot be looked for"] if read.unknown else []
    return "; ".join(parts)


def _time(microseconds: int) -> str:
    return from_nanoseconds(microseconds * 1_000) or ""
