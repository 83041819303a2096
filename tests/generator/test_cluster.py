"""A cluster through kubectl; a live one: tests/peers/test_kube_diff.py. Here a program of its name stands in, with its exit codes."""

from pathlib import Path

import pytest

from generator.cluster import cluster_diff, hidden
from generator.errors import GeneratorError


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program called kubectl on PATH, and nothing else but the shell's."""
    program = folder / "kubectl"
    program.write_text(f'#!/bin/sh\ncat >{folder}/input\necho "$@" >{folder}/arguments\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")


def test_the_manifests_go_to_kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "exit 0")
    assert "" == cluster_diff("kind: X\n", "prod")
    assert "kind: X\n" == (tmp_path / "input").read_text()
    assert "--context=prod diff -f -\n" == (tmp_path / "arguments").read_text()


def test_a_difference_is_what_kubectl_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "echo '+  replicas: 3'; exit 1")
    assert "+  replicas: 3\n" == cluster_diff("kind: X\n")


@pytest.mark.parametrize(
    ("said", "code", "sentence"),
    [
        (
            "E1124 memcache.go: noise\nerror: unable to recognize: connection refused",
            1,
            "error: unable to recognize: connection refused - check the context and your rights",
        ),
        (
            'Error from server (NotFound): namespaces "audit-agent" not found',
            2,
            'Error from server (NotFound): namespaces "audit-agent" not found - create it first: kubectl apply -f kubernetes/00-namespace.yaml, or kubectl create namespace audit-agent',
        ),
        (
            "",
            7,
            "exit code 7 - check the context and your rights",
        ),
        (
            "error: https://me:11111111-2222-4333-8444-555555555555@example.com",
            1,
            "error: https://(hidden)@example.com - check the context and your rights",
        ),
    ],
)
def test_a_refusal_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: int, sentence: str
) -> None:
    stand_in(tmp_path, monkeypatch, f"cat >&2 <<'END'\n{said}\nEND\nexit {code}")
    with pytest.raises(GeneratorError) as caught:
        cluster_diff("")
    assert f"kubectl diff: expected an answer of the API server, got: {sentence}" == str(caught.value)


def test_no_kubectl_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GeneratorError) as caught:
        cluster_diff("")
    assert (
        "kubectl: expected the program on PATH, got no such file or directory - install it, or compare with -o DIR"
    ) == str(caught.value)


def test_secrets_that_somebody_put_into_a_pod_are_hidden() -> None:
    shown = hidden(
        "-        - name: LOGGLY_TOKEN\n-          value: abc\n         - name: NODE\n           value: cp-1\n"
        "+        url: https://me:pass@example.com\n-  token: 11111111-2222-4333-8444-555555555555\n"
    )
    assert [
        "-        - name: LOGGLY_TOKEN",
        "-          value: (hidden)",
        "         - name: NODE",
        "           value: cp-1",
        "+        url: https://(hidden)@example.com",
        "-  token: (hidden)",
    ] == shown.splitlines()


def test_the_object_that_kubectl_keeps_on_one_line_is_hidden() -> None:
    kept = 'last-applied-configuration: |\n       {"apiVersion":"apps/v1","env":[{"name":"MY_KEY","value":"abc"}]}\n'
    assert "last-applied-configuration: |\n       (hidden)\n" == hidden(kept)
