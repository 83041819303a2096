"""The tutorial tells what a walkthrough told, and every command of it is run: by `make walkthrough`, or here."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from generator.alerts import alerts
from generator.alerts_text import to_json
from generator.load import Inputs, load
from generator.render import render
from generator.values import Values
from tests.noise import report as noise
from tests.support.processes import BIN, Loggly
from walkthrough import masks, page
from walkthrough.policies import settings
from walkthrough.searching import Searching, counted, rows
from walkthrough.shell import Shell
from walkthrough.telling import Telling, transcripts

ROOT = Path(__file__).parent.parent
TEXT = page.PAGE.read_text("utf-8")
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)$", re.MULTILINE)
SECTION = re.compile(r"told\.section\((?:walk\.by_kubectl\()?\"([\w-]+)\"")

ELSEWHERE = {
    "export KUBEBUILDER_ASSETS=$(.ci/kube-assets)",  # .ci/run
    "make walkthrough",  # the same, with ONCE=1
    "cat legacy.log",
    "audit-bridge show legacy.log",
    "audit-generator render values/minikube.yaml -o rendered/minikube",
    "audit-generator render values/minikube.yaml --set \"cluster.version='1.7'\" -o rendered/minikube-1.7",
}
"""What is run by other tests, or by one below."""


def by_hand() -> str:
    """Return the page without what a run writes."""
    return re.sub(r"<!-- ([\w-]+):begin -->.*?<!-- \1:end -->", "", TEXT, flags=re.DOTALL)


def commands(text: str) -> Iterator[str]:
    for block in BLOCK.findall(text):
        yield from COMMAND.findall(block)


def host_steps(version: str) -> list[str]:
    """Return the commands of the host's README, as lines of a page, for minikube with a release."""
    files = render(load([ROOT / "values" / "minikube.yaml"], [f"cluster.version='{version}'"]))
    readme = re.sub(r"^    ", "", files["host/README.md"], flags=re.MULTILINE)
    return readme.replace("      --", "  --").split("\n\n")


def test_every_command_is_run_somewhere() -> None:
    rendered = [step for version in ("1.36", "1.7") for step in host_steps(version)]
    steps = {re.sub(r"(?m)^cp audit", "cp HOST/audit", line) for step in rendered for line in joined(step)}
    ours = {re.sub(r"cp rendered/minikube(-1.7)?/host/", "cp HOST/", one) for one in commands(by_hand())}
    assert set() == ours - steps - ELSEWHERE
    assert ELSEWHERE <= ours


def joined(step: str) -> list[str]:
    """Return the commands of a paragraph, each with the lines that go on with it."""
    return re.findall(r"(?m)^((?:.*\\\n)*.*)$", step)


def test_the_page_has_a_place_for_every_section() -> None:
    sources = (ROOT / "walkthrough").glob("*.py")
    sections = {name for source in sources for name in SECTION.findall(source.read_text("utf-8"))}
    kept = page.kept(TEXT)
    assert sections == set(kept)
    assert [] == [name for name, said in kept.items() if not said.startswith("```console\n$ ")]


def test_the_figures_are_those_of_the_noise_page() -> None:
    rate = re.compile(r"^\| `(\w+)` \| ([\d,]+) \|", re.MULTILINE)
    found = dict(rate.findall(noise.PAGE.read_text("utf-8").partition("<!-- volume:end -->")[0]))
    sentence = (
        f"{found['metadata']} a minute became {found['gce']} with `gce` and {found['recommended']} with `recommended`"
    )
    assert sentence in TEXT


def test_the_text_of_1_7_is_shown_as_on_the_page(tmp_path: Path) -> None:
    log, _, rest = by_hand().partition("$ cat legacy.log\n")[2].partition("$ audit-bridge show legacy.log\n")
    (tmp_path / "legacy.log").write_text(log)
    command: list[str | Path] = [BIN / "audit-bridge", "show", "legacy.log"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert rest.partition("```")[0].splitlines() == [line.rstrip() for line in done.stdout.splitlines()]


def test_without_assets_it_says_what_to_do() -> None:
    command: list[str | Path] = [BIN / "python", "-m", "walkthrough", "--once"]
    environment = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (1, "") == (done.returncode, done.stdout)
    assert done.stderr == (
        "Error: expected etcd and kube-apiserver in the folder that KUBEBUILDER_ASSETS names, and kubectl on PATH, got:"
        " KUBEBUILDER_ASSETS is not set - `export KUBEBUILDER_ASSETS=$(.ci/kube-assets)` builds them, in some minutes\n"
    )


def test_a_run_that_says_something_else_is_shown() -> None:
    text = "<!-- a:begin -->\n```console\n$ ls\nfile\n```\n<!-- a:end -->\n"
    said = transcripts({"a": ["$ ls", "other"], "not-on-the-page": ["$ ls"]})
    assert "" == page.difference({"a": page.kept(text)["a"]}, text)
    assert ["-file", "+other"] == page.difference(said, text).splitlines()[-3:-1]


def test_a_run_is_written_where_the_page_has_a_place(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text("before <!-- a:begin -->\nold\n<!-- a:end --> after")
    page.write({"a": "new", "b": "nowhere"}, file)
    assert "before <!-- a:begin -->\nnew\n<!-- a:end --> after" == file.read_text()


def test_what_differs_from_run_to_run_is_masked() -> None:
    words = {"/walk": "$PWD", ":41257": ":PORT"}
    text = '"auditID":"5f6bf705-4f70-4a50-a9c7-8a6dbe2f761a" at 2026-11-24T15:00:30.559902Z in /walk, :41257, until 2027-11-24'
    assert '"auditID":"..." at ... in $PWD, :PORT, until ...' == masks.masked(text, words)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("gce   1,234   1.5 kB  73%  █████▉", "gce N N kB N%"), ("   23 files, 23 changed", "N files, N changed")],
)
def test_numbers_are_taken_out(text: str, expected: str) -> None:
    assert expected == masks.without_numbers(text)


def test_only_the_first_number_is_taken_out() -> None:
    assert "N events: 0 missing" == masks.without_first("1,234 events: 0 missing")


def test_a_missed_expectation_is_kept_and_not_on_the_page() -> None:
    said: list[str] = []
    told = Telling(said.append)
    told.words["secret"] = "word"
    told.section("a", "A part")
    told.typed("echo secret", "secret\n")
    told.expect("it is so", met=True)
    told.expect("it is so", met=False, got="not")
    told.note(["found"])
    assert (1, ["expected: it is so; got: not"]) == (told.met, told.missed)
    assert {"a": ["$ echo word", "word", "# found"]} == told.sections
    assert "  MISSED, expected: it is so; got: not" in said


def test_what_is_found_stands_in_columns() -> None:
    stranger = {"audit": {"action": "list", "target": "secrets/default", "verdict": "denied_authn"}}
    audit = {"actor": "alice", "action": "exec", "target": "pods/exec", "verdict": "allowed", "command": "date"}
    expected = ["-      list  secrets/default  denied_authn", "alice  exec  pods/exec        allowed       date"]
    assert expected == rows([stranger, {"audit": audit}])
    assert ([], "0 events", "1 event") == (rows([]), counted([]), counted([stranger]))


def test_alerts_are_those_that_were_printed_with_links_to_the_sandbox(tmp_path: Path) -> None:
    printed = to_json(alerts(Inputs(Values())))
    alert = Searching(printed, Loggly("http://127.0.0.1:8080"), tmp_path / "audit.log").alert("exec")
    assert ("A command or a console in a container", "json.audit.rules:exec") == (alert.title, alert.search)
    assert alert.link.startswith("http://127.0.0.1:8080/search#terms=json.audit.rules%3Aexec&")


def test_the_webhook_s_settings_are_read_from_commands_and_manifests() -> None:
    manifest = "- --set=webhook.port=9443\n- --set=webhook.client_names=[a]\n- --set=admin.host=x"
    assert settings(manifest) == settings("--set webhook.port=1 --set 'webhook.client_names=[a]' --set forward.port=0")
    assert {"webhook.port", "webhook.client_names"} == settings(manifest)


def test_a_shell_keeps_output_and_exit_code(tmp_path: Path) -> None:
    with ExitStack() as stack:
        shell = Shell(tmp_path, {"WORD": "a b"}, stack)
        ran = shell.run('echo "$WORD" > file; cat file; echo wrong >&2; exit 3')
        process = shell.start("bash -c 'echo ready; sleep 60'", "ready")
    assert (3, "a b\nwrong\n") == (ran.code, ran.output)
    assert "export WORD='a b'\n" == shell.exports()
    assert ["ready"] == process.lines
