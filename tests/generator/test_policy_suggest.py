import json
from pathlib import Path

import pytest

from generator.cli import main
from tests.support.log import line

LEASES = "leases.coordination.k8s.io"
LOG = [
    *[line("system:kube-scheduler", "update", LEASES, level="Metadata", at=number) for number in range(0, 60, 10)],
    line("alice", "get", "secrets", level="Metadata", at=60),
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "audit.log"
    path.write_bytes(b"\n".join(LOG))
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["policy", "suggest", *map(str, arguments)])
    return int(ended.value.code or 0), capsys.readouterr().out


def test_for_people(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    """The rule stands at the margin, to be copied; the price is said."""
    saved, rest = (sum(len(one) + 1 for one in part) / 1000 for part in (LOG[:6], LOG[6:]))
    code, out = run(capsys, log)
    assert 0 == code
    assert (
        f"""\
Under metadata: 7.0 events, {saved + rest:.1f} kB a minute

1. saves 6.0 events, {saved:.1f} kB a minute, 85.7% of the events
   costs nothing: no detection looks at it
   before the rule at line 16 of metadata:
- level: None
  users: ['system:kube-scheduler']
  verbs: [update]
  resources:
    - group: coordination.k8s.io
      resources: [leases]

2. saves 1.0 events, {rest:.1f} kB a minute, 14.3% of the events
   costs these detections for this actor and request:
     A secret is viewed (1 in the log)
     Many different secrets are read by one actor (1 in the log)
     Access is refused (0 in the log)
     Reading a secret is refused (0 in the log)
     Access is refused again and again (0 in the log)
   before the rule at line 16 of metadata:
- level: None
  users: [alice]
  verbs: [get]
  resources:
    - group: ''
      resources: [secrets]

With the 1 that cost nothing: 1.0 events a minute.
"""
        == out
    )


def test_for_programs(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    found = json.loads(run(capsys, log, "--json", "--top", "1")[1])
    (one,) = found["suggestions"]
    assert ("metadata", 7, 1.0) == (found["policy"], found["events"], found["minutes"])
    assert (16, 6, []) == (one["beforeLine"], one["events"], one["costs"])


def test_nothing_stands_out(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    """The recommended policy has silenced the lease already."""
    out = run(capsys, log, "--policy", "recommended", "--least", "100")[1]
    assert "Under recommended: 1.0 events, " == out[:31]
    assert 1 == json.loads(run(capsys, log, "--policy", "recommended", "--json")[1])["events"]
