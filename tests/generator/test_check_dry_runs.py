"""What the agents say themselves; tests/peers/test_dry_runs.py asks real ones."""

import shutil
from pathlib import Path

import pytest

from generator.check_dry_runs import check, moved, variables
from generator.findings import Finding
from tests.support.rendered import files, said

PROGRAM = """\
#!/bin/sh
echo "2026-01-01 00:00:00 +0000 [warn]: parameter 'x' in <source> is not used"
echo "2026-01-01 00:00:00 +0000 [error]: config error file=\\"a\\" error_class=Fluent::ConfigError error=\\"no such plugin\\"" >&2
exit 1
"""


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str = PROGRAM) -> None:
    """Put a program of that name where programs are looked for, before all others."""
    file = folder / "fluentd"
    file.write_text(text)
    file.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_what_it_warns_of_and_why_it_fails_are_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch)
    assert [
        "fluent.conf: warning fluentd-dry-run: expected nothing to warn of, got parameter 'x' in <source> is not used - correct it",
        "fluent.conf: error fluentd-dry-run: expected a configuration that it starts with, got no such plugin - correct it: the agent would not start",
    ] == said(check(files()))


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Unknown filter plugin 'kubernetes_metadata'. Run gem search", "kubernetes_metadata"),
        ("section 'kubernetes' tried to instance a plugin name that doesn't exist", "kubernetes"),
    ],
)
def test_a_filter_that_only_the_image_has_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, name: str
) -> None:
    program(tmp_path, monkeypatch, f'#!/bin/sh\necho "[error]: {words}"\nexit 1\n')
    assert [
        f"fluentd-dry-run: not checked: fluentd on PATH has no filter {name}, which the image of fluent.conf has - run fluentd --dry-run in that image"
    ] == [str(one) for one in check(files())]


def test_a_program_that_says_nothing_is_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, "#!/bin/sh\n")
    assert [] == said(check(files()))


def test_a_plugin_of_an_image_is_not_missed_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = 'echo "[error]: config error error=\\"Unknown input plugin \'{}\'. Run gem search\\""; exit 1'
    program(tmp_path, monkeypatch, f"#!/bin/sh\n{unknown.format('cloudwatch_logs')}\n")
    assert [
        "fluentd-dry-run: not checked: this Fluentd has no plugin cloudwatch_logs, which fluent.conf needs - run fluentd --dry-run in the agent's image; fluent.conf was read by our own reader alone"
    ] == [str(one) for one in check(files())]
    program(tmp_path, monkeypatch, f"#!/bin/sh\n{unknown.format('tial')}\n")
    assert ["Unknown input plugin 'tial'. Run gem search"] == [
        one.got for one in check(files()) if isinstance(one, Finding)
    ]


def test_secrets_of_this_machine_are_not_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, '#!/bin/sh\necho "[warn]: $LOGGLY_TOKEN$NODE_NAME"\n')
    monkeypatch.setenv("LOGGLY_TOKEN", "a-token")
    (sentence,) = said(check(files()))
    assert "got dry-run - correct it" in sentence


def test_a_program_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert [
        "fluentd-dry-run: not checked: fluentd is not on PATH - install fluentd; fluent.conf was read by our own reader alone"
    ] == [str(one) for one in check(files())]


def test_paths_are_moved_and_certificates_made(tmp_path: Path) -> None:
    text = "  pos_file /a/b.pos\n  tls_cert_path /c/ca.crt\n  path /d/*.log\n  host a.b.svc\n  path /e, /f\n"
    f = tmp_path
    assert (
        f"  pos_file {f}/a/b.pos\n  tls_cert_path {f}/c/ca.crt\n  path {f}/d/*.log\n  host 127.0.0.1\n  path {f}/e, /f\n"
        == moved(text, str(f))
    )
    assert (tmp_path / "c" / "ca.crt").exists()


def test_variables_get_a_text_that_is_no_secret() -> None:
    assert {"A": "dry-run", "B": "dry-run", "C": "dry-run"} == variables('"#{ENV[\'A\']}#{ENV.fetch("B")}" ${C}')
