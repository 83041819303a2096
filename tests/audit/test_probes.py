"""The requests that stand for what a detection is about."""

import pytest

from audit.builtin import builtin
from audit.probes import Detection, taken_apart, written
from audit.rule_needs import detection

BY_ID = {one.name: detection(one) for one in builtin().pack.told()}


@pytest.mark.parametrize("one", BY_ID.values(), ids=lambda one: one.id)
def test_every_shipped_rule_has_probes(one: Detection) -> None:
    assert [] != list(one.probes())


def test_probes_of_a_failed_login() -> None:
    """It has no user, and no stage but one."""
    probes = list(BY_ID["failed-login"].probes())
    assert {("", (), ("ResponseStarted",))} == {(probe.user, probe.groups, probe.stages) for probe in probes}


def test_probes_of_an_exec() -> None:
    """Each way in is probed, and the stage at which it begins is enough."""
    probes = list(BY_ID["exec"].probes())
    assert {(verb, below) for verb in ("create", "get") for below in ("exec", "attach")} == {
        (probe.verb, probe.subresource) for probe in probes
    }
    assert {("ResponseStarted", "ResponseComplete")} == {probe.stages for probe in probes}


def test_a_list_has_no_name() -> None:
    named = {(probe.verb, probe.name) for probe in BY_ID["secret-viewed"].probes()}
    assert {("get", "some-name"), ("list", ""), ("watch", "")} == named


def test_names_that_a_rule_is_about() -> None:
    assert {"coredns", "kube-dns"} <= {probe.name for probe in BY_ID["dns-changed"].probes()}


def test_a_probe_in_words() -> None:
    words = [str(probe) for name in ("rbac-changed", "failed-login", "exec") for probe in BY_ID[name].probes()]
    assert "create clusterroles.rbac.authorization.k8s.io by jane" in words
    assert "get pods by nobody (401)" in words
    assert "get pods/attach by jane" in words


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (("", "pods", "exec"), "pods/exec"),
        (("apps", "deployments", ""), "deployments.apps"),
        (("", "nodes", ""), "nodes"),
    ],
)
def test_resources_as_kubectl_writes_them(parts: tuple[str, str, str], text: str) -> None:
    assert (text, parts) == (written(*parts), taken_apart(text))
