"""The `peer` marker, seen from outside: each test here is a run of pytest over one small file."""

from pathlib import Path

import pytest

from tests.support.peers import AbsentError, Peer, compose_command, look, sentence

pytest_plugins = ["pytester"]

CONFTEST = Path(__file__).parent.parent / "conftest.py"


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Lay a file with one test that needs Fluentd, and a PATH with nothing on it."""
    monkeypatch.delenv("AUDIT_TEST_REQUIRE", raising=False)
    monkeypatch.setenv("PATH", str(pytester.mkdir("bin")))
    look.cache_clear()
    pytester.makeini(
        "[pytest]\nmarkers = peer(name): as in the project\naddopts = -p no:cacheprovider -p no:asyncio -ra"
    )
    pytester.makeconftest(CONFTEST.read_text())
    pytester.makepyfile('import pytest\n\n@pytest.mark.peer("fluentd")\ndef test_it():\n    pass\n')
    return pytester


def put_fluentd_on_path(pytester: pytest.Pytester, script: str) -> None:
    program = pytester.path / "bin" / "fluentd"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_a_peer_that_is_not_there_skips_its_test_and_is_named_at_the_end(inner: pytest.Pytester) -> None:
    done = inner.runpytest_inprocess()
    done.assert_outcomes(skipped=1)
    done.stdout.fnmatch_lines(["SKIPPED *fluentd: not on PATH", "live peers: none took part; fluentd: not on PATH"])


def test_a_peer_that_is_there_takes_part_with_its_version(inner: pytest.Pytester) -> None:
    put_fluentd_on_path(inner, "echo fluentd 1.18.0")
    done = inner.runpytest_inprocess()
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["live peers: fluentd 1.18.0 took part"])


def test_a_peer_that_cannot_start_is_not_there(inner: pytest.Pytester) -> None:
    put_fluentd_on_path(inner, "echo no ruby >&2; exit 3")
    done = inner.runpytest_inprocess()
    done.assert_outcomes(skipped=1)
    done.stdout.fnmatch_lines(["live peers: none took part; fluentd: `fluentd --version` failed: no ruby"])


def test_a_required_peer_that_is_not_there_fails(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_TEST_REQUIRE", "kube fluentd")
    done = inner.runpytest_inprocess()
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["fluentd: not on PATH; AUDIT_TEST_REQUIRE asks for it"])


def test_requiring_a_peer_that_nobody_knows_is_a_usage_error(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIT_TEST_REQUIRE", "fluentb")
    done = inner.runpytest_inprocess()
    assert pytest.ExitCode.USAGE_ERROR == done.ret
    done.stderr.fnmatch_lines(["ERROR: AUDIT_TEST_REQUIRE: expected peers out of *, got fluentb - *"])


def test_marking_with_a_peer_that_nobody_knows_is_a_usage_error(inner: pytest.Pytester) -> None:
    inner.makepyfile('import pytest\n\n@pytest.mark.peer("fluentb")\ndef test_it():\n    pass\n')
    done = inner.runpytest_inprocess()
    assert pytest.ExitCode.USAGE_ERROR == done.ret
    done.stderr.fnmatch_lines(["ERROR: *::test_it: expected peers out of *, got fluentb - *"])


def test_a_run_without_peers_says_nothing_of_them(inner: pytest.Pytester) -> None:
    inner.makepyfile("def test_it():\n    pass\n")
    done = inner.runpytest_inprocess()
    done.assert_outcomes(passed=1)
    done.stdout.no_fnmatch_line("live peers*")


def test_the_sentence_names_those_that_took_part_first() -> None:
    peers = [
        Peer("fluentd", missing="not on PATH"),
        Peer("kube", missing="KUBEBUILDER_ASSETS is not set"),
        Peer("docker", says="docker 20.10"),
    ]
    expected = "live peers: docker 20.10 took part; fluentd: not on PATH; kube: KUBEBUILDER_ASSETS is not set"
    assert expected == sentence(peers)


def test_without_docker_there_is_no_compose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AbsentError, match=r"^not on PATH$"):
        compose_command()
