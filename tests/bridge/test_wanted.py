"""What should have arrived, by the logs."""

import gzip
import json
from pathlib import Path

from audit.policy_reading import read as read_policy
from audit.presets import preset
from audit.settings import Settings
from bridge import wanted
from bridge.ledger import Ledger
from bridge.prints import Key
from bridge.wanted import Expectation, Read
from tests.support.events import event, sample_lines

SETTINGS = Settings(cluster="c")
ALL = 0, 2**62


def ignore(_: int) -> None:
    """Hear of progress."""


def log(folder: Path, *lines: bytes, name: str = "audit.log") -> str:
    path = folder / name
    data = b"\n".join(lines) + b"\n"
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return str(path)


def line(**changes: object) -> bytes:
    return json.dumps(event(**changes), separators=(",", ":")).encode()


def test_a_line_is_wanted_as_it_would_leave() -> None:
    found = Expectation(SETTINGS, None).of(line())
    assert found is not None
    assert ("2026-01-31T12:34:56.123456Z", "c") == (found["timestamp"], found["audit"]["cluster"])


def test_logs_and_their_rotated_files(tmp_path: Path) -> None:
    files = [log(tmp_path, line(auditID="b")), log(tmp_path, line(auditID="a"), line(auditID="b"), name="old.log.gz")]
    with Ledger() as ledger:
        assert Read(lines=3) == wanted.read(files, Expectation(SETTINGS, None), ledger, ALL, ignore)
        assert [("a", 1, 1), ("b", 0, 1)] == [(one.key.audit_id, one.file, one.line) for one in next(ledger.windows())]


def test_what_cannot_be_looked_for_is_counted(tmp_path: Path) -> None:
    file = log(
        tmp_path, b"klog", b"", line(auditID=None), line(stageTimestamp=None, requestReceivedTimestamp=None), line()
    )
    with Ledger() as ledger:
        assert Read(lines=5, unknown=3) == wanted.read([file], Expectation(SETTINGS, None), ledger, ALL, ignore)
        assert 1 == len(ledger)


def test_what_the_filter_leaves_out_is_not_wanted(tmp_path: Path) -> None:
    policy = read_policy(preset("recommended"), "preset").policy
    file = log(tmp_path, line(requestURI="/healthz", objectRef=None), line())
    with Ledger() as ledger:
        assert Read(lines=2, filtered=1) == wanted.read([file], Expectation(SETTINGS, policy), ledger, ALL, ignore)
        assert 1 == len(ledger)


def test_only_a_span_of_time(tmp_path: Path) -> None:
    file = log(tmp_path, line(), line(auditID="later", stageTimestamp="2026-01-31T12:34:57.000000Z"))
    with Ledger() as ledger:
        wanted.read([file], Expectation(SETTINGS, None), ledger, (1_769_862_897_000_000, ALL[1]), ignore)
        assert ["later"] == [one.key.audit_id for one in next(ledger.windows())]


def test_places_are_read_again(tmp_path: Path) -> None:
    files = [log(tmp_path, line(), line(auditID="x")), log(tmp_path, line(auditID="y"), name="b.log")]
    places = {(0, 1): Key("other", ""), (0, 2): Key("x", "ResponseComplete"), (1, 1): Key("y", "ResponseComplete")}
    found = dict(wanted.again(files, Expectation(SETTINGS, None), places))
    assert {(0, 2): "x", (1, 1): "y"} == {place: record["auditID"] for place, record in found.items()}
    assert {} == dict(wanted.again(files, Expectation(SETTINGS, None), {}))


def test_a_container_s_log_is_joined(tmp_path: Path) -> None:
    whole = line()
    parts = [
        b"2026-01-31T12:34:56.123456789Z stderr F klog",
        b"2026-01-31T12:34:56.123456789+01:00 stdout P " + whole[:100],
        b"2026-01-31T12:34:56.123456789Z stdout F " + whole[100:],
    ]
    assert [b"klog", whole] == list(wanted.lines(log(tmp_path, *parts)))


def test_the_steps_add_up(tmp_path: Path) -> None:
    steps: list[int] = []
    some = sample_lines()[:1500]
    with Ledger() as ledger:
        wanted.read([log(tmp_path, *some)], Expectation(SETTINGS, None), ledger, ALL, steps.append)
    assert [1000, 500] == steps
