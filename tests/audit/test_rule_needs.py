"""What rules need of a policy is read off them, and the change that is proposed opens their eyes."""

import pytest
import yaml

from audit.builtin import builtin
from audit.policy_reading import read
from audit.presets import preset
from audit.probes import Detection
from audit.rule_needs import Asked, concerns, cure, detection
from audit.sight import Sight, sight

TOLD = {one.name: one for one in builtin().pack.told()}
NOTHING = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- {level: None}\n"


def seen(text: str, needs: Detection) -> Sight:
    return sight(read(text, "policy").policy, needs)


def test_what_the_exec_rule_needs() -> None:
    needs = detection(TOLD["exec"])
    assert (("pods/attach", "pods/exec"), ("create", "get"), "Metadata") == (needs.resources, needs.verbs, needs.level)


def test_what_a_rule_needs_that_looks_into_bodies() -> None:
    needs = detection(TOLD["cluster-admin-bound"])
    group = "rbac.authorization.k8s.io"
    assert (f"clusterrolebindings.{group}", f"rolebindings.{group}") == needs.resources
    assert "Request" == needs.level


def test_what_a_rule_needs_that_counts() -> None:
    needs = detection(TOLD["secrets-read-in-bulk"])
    assert (("secrets",), ("get",)) == (needs.resources, needs.verbs)


@pytest.mark.parametrize("name", TOLD)
def test_the_recommended_policy_lets_every_rule_see(name: str) -> None:
    assert () == seen(preset("recommended"), detection(TOLD[name])).misses


@pytest.mark.parametrize("name", TOLD)
def test_the_change_that_is_proposed_opens_the_eyes(name: str) -> None:
    """Of a rule that is blind, for the policy keeps nothing."""
    needs = detection(TOLD[name])
    misses = seen(NOTHING, needs).misses
    assert misses
    change = yaml.safe_load(cure(needs.level, misses).removeprefix("put first: "))
    policy = yaml.safe_load(NOTHING)
    policy["rules"].insert(0, change)
    assert () == seen(yaml.safe_dump(policy), needs).misses


def test_a_stage_that_is_omitted_is_to_be_kept() -> None:
    needs = detection(TOLD["failed-login"])
    policy = "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [ResponseStarted]\nrules:\n- {level: Metadata}\n"
    assert "take ResponseStarted out of omitStages" == cure(needs.level, seen(policy, needs).misses)


@pytest.mark.parametrize(
    ("name", "asked", "expected"),
    [
        ("secret-viewed", Asked("human", "jane", "", "get", "secrets"), True),
        ("secret-viewed", Asked("node", "system:node:n", "", "get", "secrets"), False),
        ("exec", Asked("human", "jane", "", "get", "pods/exec"), True),
        ("exec", Asked("human", "jane", "", "get", "pods"), False),
        ("rbac-changed", Asked("human", "jane", "", "patch", "roles.rbac.authorization.k8s.io"), True),
        ("rbac-changed", Asked("human", "jane", "", "patch", "roles.example.com"), False),
        ("human-change", Asked("human", "jane", "", "patch", "anything.example.com"), True),
        ("ci-change", Asked("serviceaccount", "x", "jenkins", "patch", "configmaps"), True),
        ("ci-change", Asked("serviceaccount", "x", "", "patch", "configmaps"), False),
        ("access-denied", Asked("serviceaccount", "x", "", "list", "pods"), True),
        ("access-denied-burst", Asked("serviceaccount", "x", "", "list", "pods"), True),
        ("failed-login", Asked("human", "jane", "", "list", "pods"), False),
        ("failed-login", Asked("anonymous", "", "", "list", "pods"), False),
        ("anonymous-access", Asked("anonymous", "system:anonymous", "", "get", "pods"), True),
        ("anonymous-access", Asked("anonymous", "system:anonymous", "", "get", "/readyz"), False),
        ("known-bad-agent", Asked("human", "jane", "", "get", "pods"), False),
        ("system-from-public", Asked("system", "system:kube-scheduler", "", "get", "pods"), False),
    ],
)
def test_the_requests_that_a_rule_looks_at(name: str, asked: Asked, expected: bool) -> None:
    """Rules about how a request comes, the address or the client, look at none in particular."""
    assert expected is concerns(TOLD[name], asked)
