import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from audit.presets import PRESETS
from generator.cli import main
from tests.support.log import line

POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata, verbs: [get]}]\n"
LOG = [line("alice", "get", "secrets"), line("bob", "create", "pods", at=30)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "audit.log"
    path.write_bytes(b"\n".join(LOG) + b"\n")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["policy", "simulate", *map(str, arguments)])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_a_file_against_a_preset(capsys: pytest.CaptureFixture[str], log: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(POLICY)
    code, out, err = run(capsys, log, "--policy", tmp_path / "mine.yaml", "--policy", "metadata", "--json")
    found = json.loads(out)
    assert (0, "") == (code, err)
    assert [(str(tmp_path / "mine.yaml"), 1), ("metadata", 2)] == [
        (one["name"], one["volume"]["events"]) for one in found["policies"]
    ]


def test_every_preset_where_none_is_named(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    code, out, _ = run(capsys, log)
    assert 0 == code
    assert "2 events in 1.0 minutes" == out.splitlines()[0]
    assert list(PRESETS) == [row.split()[0] for row in out.splitlines()[3 : 3 + len(PRESETS)]]


def test_logs_are_added_up(capsys: pytest.CaptureFixture[str], log: Path, tmp_path: Path) -> None:
    """Also in gzip, EventLists, and lines that are none."""
    items = b",".join(LOG)
    listed = b'{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[%b]}' % items
    (tmp_path / "old.gz").write_bytes(gzip.compress(listed + b"\nI1124 no event\n"))
    _, out, _ = run(capsys, log, tmp_path / "old.gz", "--json")
    found = json.loads(out)
    assert (4, 1) == (found["log"]["events"], found["unread"])


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LOG[0])))
    assert 1 == json.loads(run(capsys, "-", "--json")[1])["log"]["events"]


def test_a_page(capsys: pytest.CaptureFixture[str], log: Path, tmp_path: Path) -> None:
    assert 0 == run(capsys, log, "--html", tmp_path / "page.html")[0]
    assert "<h1>Audit policies on audit.log</h1>" in (tmp_path / "page.html").read_text("utf-8")


def test_a_page_that_cannot_be_written(capsys: pytest.CaptureFixture[str], log: Path, tmp_path: Path) -> None:
    code, _, err = run(capsys, log, "--html", tmp_path / "no" / "page.html")
    sentence = (
        f"{tmp_path}/no/page.html: expected to write the page, got: no such file or directory - check the folder\n"
    )
    assert (1, sentence) == (code, err)


def test_a_log_without_events(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"some\nlines\n")
    sentence = f"{tmp_path}/log: expected audit events, got 2 lines that are none - name the API server's audit log\n"
    assert (1, "", sentence) == run(capsys, tmp_path / "log")


def test_a_policy_that_the_api_server_refuses(capsys: pytest.CaptureFixture[str], log: Path, tmp_path: Path) -> None:
    """It is told before the log is read."""
    (tmp_path / "mine.yaml").write_text(POLICY.replace("Metadata", "Meta"))
    code, out, err = run(capsys, log, "--policy", tmp_path / "mine.yaml")
    assert (1, "") == (code, out)
    assert err.startswith(f"{tmp_path}/mine.yaml:3: rules[0].level: ")


def test_a_release_decides_what_a_policy_may_say(capsys: pytest.CaptureFixture[str], log: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(POLICY.replace("verbs: [get]", "resources: [{group: '*'}]"))
    assert 0 == run(capsys, log, "--policy", tmp_path / "mine.yaml", "--kubernetes", "1.36")[0]
    assert 1 == run(capsys, log, "--policy", tmp_path / "mine.yaml", "--kubernetes", "1.35")[0]
