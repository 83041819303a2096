"""Kubeconfig files: what is taken from one, and what is written."""

from base64 import b64encode
from pathlib import Path

import pytest
import yaml

from generator import kubeconfigs
from generator.kubeconfigs import KubeconfigError

CONFIG = """\
current-context: a
contexts:
  - {name: a, context: {cluster: one, user: admin}}
  - {name: b, context: {cluster: two, user: admin}}
  - {name: c, context: {cluster: gone, user: admin}}
clusters:
  - {name: one, cluster: {server: "https://one", certificate-authority: ca.crt}}
  - {name: two, cluster: {server: "https://two", certificate-authority-data: Q0E=, tls-server-name: kubernetes}}
users: []
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "ca.crt").write_text("CA")
    (tmp_path / "config").write_text(CONFIG)
    return tmp_path / "config"


def test_the_current_context_s_cluster(config: Path) -> None:
    """The authority's file lies beside the kubeconfig, and what it holds goes into the new one."""
    data = {"server": "https://one", "certificate-authority-data": b64encode(b"CA").decode()}
    assert ("one", data) == kubeconfigs.cluster_of(config, None)


def test_another_context_s_cluster_as_it_is(config: Path) -> None:
    data = {"server": "https://two", "certificate-authority-data": "Q0E=", "tls-server-name": "kubernetes"}
    assert ("two", data) == kubeconfigs.cluster_of(config, "b")


def test_what_is_missing_is_named(config: Path, tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError) as refused:
        kubeconfigs.cluster_of(config, "d")
    assert f"{config}: contexts: expected 'd', got a, b, c - name one of those" == str(refused.value)
    with pytest.raises(KubeconfigError) as refused:
        kubeconfigs.cluster_of(config, "c")
    assert f"{config}: clusters: expected 'gone', got one, two - name one of those" == str(refused.value)
    (tmp_path / "empty").write_text("")
    with pytest.raises(KubeconfigError) as refused:
        kubeconfigs.cluster_of(tmp_path / "empty", None)
    assert f"{tmp_path / 'empty'}: expected current-context, got none - name one with --context" == str(refused.value)


def test_a_kubeconfig_of_one_context() -> None:
    where = kubeconfigs.cluster("https://one", b"CA")
    text = kubeconfigs.kubeconfig("jane", "one", where, {"certificate": b"crt", "key": b"key"}, "dev")
    found = yaml.safe_load(text)
    assert ("jane@one", [{"name": "jane@one", "context": {"cluster": "one", "user": "jane", "namespace": "dev"}}]) == (
        found["current-context"],
        found["contexts"],
    )
    assert [{"name": "one", "cluster": {"server": "https://one", "certificate-authority-data": "Q0E="}}] == found[
        "clusters"
    ]
    credentials = {"client-certificate-data": "Y3J0", "client-key-data": "a2V5"}
    assert [{"name": "jane", "user": credentials}] == found["users"]
