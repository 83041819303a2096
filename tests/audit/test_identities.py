"""Jenkins is who authenticated as Jenkins, and nobody else."""

from typing import Any

import pytest

from audit.event import from_record
from audit.facts import facts
from audit.identities import label, label_of
from audit.settings import Identity
from tests.support.events import event

JENKINS = Identity(label="jenkins", users=("system:serviceaccount:ci:jenkins*", "CN-jenkins"), pods=("ci/jenkins-*",))
ADMINS = Identity(label="admins", users=("alice", "CN-jenkins"))
POD_NAME = "authentication.kubernetes.io/pod-name"


def labelled(*identities: Identity, **changes: Any) -> str:
    return label(identities, facts(from_record(event(**changes))))


def user(name: str, pod: str = "") -> dict[str, Any]:
    return {"username": name, **({"extra": {POD_NAME: [pod]}} if pod else {})}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"user": user("system:serviceaccount:ci:jenkins")}, "jenkins"),
        ({"user": user("system:serviceaccount:ci:jenkins-agent")}, "jenkins"),
        ({"user": user("CN-jenkins")}, "jenkins"),  # the first identity counts
        ({"user": user("system:serviceaccount:ci:default", "jenkins-0")}, "jenkins"),
        ({"user": user("system:serviceaccount:shop:default", "jenkins-0")}, "other"),
        ({"user": user("system:serviceaccount:ci:default")}, "other"),
        ({"user": user("alice")}, "admins"),
        ({"user": user("ALICE")}, "other"),
        ({"user": user("bob"), "userAgent": "jenkins"}, "other"),
        ({"user": {}}, "other"),
        ({"user": None}, ""),
        ({"user": user("bob"), "impersonatedUser": user("CN-jenkins")}, "other"),
        ({"user": user("CN-jenkins"), "impersonatedUser": user("bob")}, "other"),
        ({"user": user("CN-jenkins"), "impersonatedUser": user("system:serviceaccount:ci:jenkins")}, "jenkins"),
    ],
    ids=str,
)
def test_who_an_actor_is(changes: dict[str, Any], expected: str) -> None:
    assert expected == labelled(JENKINS, ADMINS, **changes)


def test_without_identities_there_is_no_label() -> None:
    assert "" == labelled()


def test_a_label_by_a_name_alone() -> None:
    known = [Identity(label="ci", users=("system:serviceaccount:ci:*",)), Identity(label="pod", pods=("a/b",))]
    assert ["ci", "other"] == [label_of(known, name) for name in ("system:serviceaccount:ci:jenkins", "jane")]
    assert "" == label_of([], "jane")
