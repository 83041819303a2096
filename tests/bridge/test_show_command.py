"""`audit-bridge show` as a person at a terminal uses it: any log, readable; nothing lost, nothing that ends in a traceback."""

import gzip
import json
import signal
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from bridge.errors import BridgeError
from bridge.show_command import show
from tests.support.events import SAMPLE, event
from tests.support.legacy import FAILED_LOGIN, REQUEST_2, RESPONSE_2, STAGE_3, STAGE_4
from tests.support.processes import BIN, Process

LOG = [json.dumps(event()).encode(), FAILED_LOGIN, STAGE_3, STAGE_4, REQUEST_2, RESPONSE_2]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return a log of many generations."""
    path = tmp_path / "audit.log"
    path.write_bytes(b"\n".join(LOG) + b"\n")
    return path


def ran(*arguments: str | Path, stdin: bytes = b"") -> tuple[int, list[str], str]:
    """Run it in this process, which is quicker: exit code, lines, standard error."""
    result = CliRunner().invoke(show, [str(argument) for argument in arguments], input=stdin)
    if isinstance(result.exception, BridgeError):
        return 1, result.stdout.splitlines(), str(result.exception)
    return result.exit_code, result.stdout.splitlines(), result.stderr


def shown(*arguments: str | Path) -> list[list[str]]:
    """Return verdict, actor, action and target of each line."""
    return [[line.split()[place] for place in (1, 3, 4, 5)] for line in ran(*arguments)[1]]


def test_every_generation_on_one_page(log: Path) -> None:
    code, lines, errors = ran(log)
    assert (0, "") == (code, errors)
    assert [
        "2026-01-31T12:34:56.123Z allowed 200 alice get secrets/shop/db 10.0.0.7",
        "2026-11-24T10:42:37.068Z denied_authn 401 - get /healthz 127.0.0.1",
        "2018-01-31T12:34:56.789Z allowed 201 system:serviceaccount:ci:jenkins create apps/deployments/shop 10.0.0.7",
        "2026-11-24T10:42:37.041Z pending - jane exec pods/exec/shop/web-0 10.0.0.7 ls",
        "2017-03-21T07:57:09.106Z pending - admin as jane deletecollection secrets/shop 127.0.0.1",
        "2017-03-21T07:57:09.108Z denied_authz 403 admin as jane deletecollection secrets/shop 127.0.0.1",
    ] == [" ".join(line.split()) for line in lines]
    assert 1 == len({line.index(address) for line in lines for address in ("10.0.0.7", "127.0.0.1") if address in line})


def test_files_come_in_their_order_and_gzip_as_plain(log: Path, tmp_path: Path) -> None:
    packed = tmp_path / "audit-older.log.gz"
    packed.write_bytes(gzip.compress(REQUEST_2 + b"\n"))
    log.write_bytes(RESPONSE_2)
    assert [
        ["pending", "admin", "as", "jane"],
        ["denied_authz", "admin", "as", "jane"],
    ] == shown(packed, log)


def test_standard_input() -> None:
    assert ["2026-11-24T10:42:37.068Z"] == [line.split()[0] for line in ran("-", stdin=FAILED_LOGIN)[1]]


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["--actor", "alice"], 1),
        (["--actor", "alice", "--actor", "jane"], 4),
        (["--actor", "system:serviceaccount:*"], 1),
        (["--verb", "exec"], 1),
        (["--resource", "secrets"], 3),
        (["--resource", "deployments.apps"], 1),
        (["--namespace", "shop"], 5),
        (["--verdict", "denied"], 2),
        (["--verdict", "denied_authn"], 1),
        (["--stage", "RequestReceived"], 2),
        (["--since", "2026-01-31"], 3),
        (["--until", "2026-01-31"], 3),
        (["--since", "2018-01-01", "--until", "2018-12-31T00:00:00+02:00"], 1),
        (["--since", "1m"], 0),
        (["--actor", "jane", "--verdict", "denied"], 1),
        (["--requests"], 4),
    ],
    ids=str,
)
def test_filters(log: Path, arguments: list[str], count: int) -> None:
    assert count == len(ran(log, *arguments)[1])


def test_as_json_an_event_is_what_the_bridge_would_send(log: Path) -> None:
    code, lines, _ = ran(log, "--json")
    first, *_, last = map(json.loads, lines)
    assert (0, len(LOG)) == (code, len(lines))
    assert event() == {key: value for key, value in first.items() if key not in {"timestamp", "audit"}}
    assert ("alice", "allowed") == (first["audit"]["actor"], first["audit"]["verdict"])
    assert ("2017-03-21T07:57:09.108403Z", "jane", 403) == (
        last["timestamp"],
        last["audit"]["actor"],
        last["responseStatus"]["code"],
    )


def test_what_is_no_event_is_shown_and_counted(log: Path) -> None:
    log.write_bytes(b"I1124 klog\nplain text\n" + b'{"kind":"Policy"}\n' + FAILED_LOGIN + b"\n" + STAGE_3[:99])
    code, lines, errors = ran(log)
    assert (0, "4 lines are no audit events: 2 not JSON, 1 no kind Event of audit.k8s.io, 1 legacy text\n") == (
        code,
        errors,
    )
    assert f'{log}:3: no event, no kind Event of audit.k8s.io: {{"kind":"Policy"}}' == lines[2]
    assert 5 == len(lines)
    assert ["I1124 klog", "plain text"] == [json.loads(line)["message"] for line in ran(log, "--json")[1][:2]]
    assert (0, [], errors) == ran(log, "--actor", "nobody")


def test_files_that_cannot_be_read_are_all_named_before_anything_is_shown(log: Path, tmp_path: Path) -> None:
    code, lines, errors = ran(log, tmp_path / "none", tmp_path)
    assert (1, []) == (code, lines)
    assert [
        f"{tmp_path}/none: expected a log file, got none - check the name",
        f"{tmp_path}: expected a log file, got a directory - name the files in it",
    ] == errors.splitlines()


def test_gzip_that_is_cut_off_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "audit.log.gz"
    path.write_bytes(SAMPLE.read_bytes()[:100_000])
    code, lines, errors = ran(path)
    assert (1, f"{path}: expected gzip to its end, got a file that is cut off or damaged - copy it again") == (
        code,
        errors,
    )
    assert len(lines) > 500


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--since", "yesterday"],
            "Error: Invalid value for '--since': expected a time such as 2026-01-31T12:00:00Z, a day such as 2026-01-31, or a span such as 10m, got 'yesterday'",
        ),
        (["--follow", "-"], "Error: -: expected a log that grows - leave out --follow"),
        (["--follow", "a.log.gz"], "Error: a.log.gz: expected a log that grows - leave out --follow"),
    ],
)
def test_usage(log: Path, arguments: list[str], sentence: str) -> None:
    code, _, errors = ran(log, *arguments)
    assert (2, sentence) == (code, errors.splitlines()[-1])


def test_whoever_has_seen_enough_ends_it_quietly() -> None:
    command = f'"{BIN}/audit-bridge" show "$1" "$1" "$1" | head -1'
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command, "bash", str(SAMPLE)], capture_output=True, check=False, timeout=60
    )
    assert (0, 1, b"") == (done.returncode, len(done.stdout.splitlines()), done.stderr)


def test_a_log_is_followed_through_a_rotation_until_ctrl_c(log: Path) -> None:
    with Process([BIN / "audit-bridge", "show", "--follow", log]) as process:
        process.wait_for_line("denied_authz", 30)
        seen = len(process.lines)
        log.rename(log.with_name("audit-old.log"))
        log.write_bytes(STAGE_4 + b"\n" + FAILED_LOGIN.replace(b"/healthz", b"/readyz") + b"\n")
        process.wait_for_line("/readyz", 30)
        process.signal(signal.SIGINT)
        assert (0, seen + 2) == (process.wait(), len(process.lines))
