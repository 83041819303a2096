"""What detections and the CIS benchmark need of a policy."""

import pytest

from audit.detections import DETECTIONS
from audit.lint_needs import cis, detections
from audit.policy_reading import read
from audit.presets import PRESETS, preset
from tests.support.policies import QUIET, policy

REST = "{level: Metadata}"
BLIND = {
    "recommended": [],
    "metadata": ["rbac-content", "pod-content", "service-exposed"],
    "cis": ["rbac-content", "service-exposed"],
    "gce": [],
}


def blind(*rules: str, head: str = QUIET) -> list[str]:
    return [hit.message.split()[2] for hit in detections(policy(*rules, head=head))]


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("version", ["1.9", "1.20", "1.36"])
def test_a_preset_lets_detections_fire(name: str, version: str) -> None:
    """`recommended` and `gce` all of them; the others all but those that read a body which they do not record."""
    hits = detections(read(preset(name, version), name, version).policy)
    assert BLIND[name] == [hit.message.split()[2] for hit in hits]


def test_everything_with_bodies_lets_every_detection_fire() -> None:
    assert [] == blind("{level: Request}")


def test_nothing_lets_none_fire() -> None:
    assert [detection.id for detection in DETECTIONS] == blind("{level: None}")


@pytest.mark.parametrize(
    ("rules", "head", "why"),
    [
        (
            ("{level: None, resources: [{resources: [pods/exec]}]}", "{level: Request}"),
            QUIET,
            "the detection exec (A command or a console in a container) is blind: create pods/exec by jane is dropped",
        ),
        (
            ("{level: Metadata, resources: [{resources: [pods]}]}", "{level: Request}"),
            QUIET,
            "the detection pod-content (A pod with power over its node) is blind: create pods by jane is recorded at Metadata only, without the body",
        ),
        (
            ("{level: Request}",),
            "omitStages: [RequestReceived, ResponseStarted]\n",
            "the detection failed-login (Credentials that nobody has (401)) is blind: get pods by nobody (401) is not recorded at ResponseStarted",
        ),
    ],
)
def test_a_blind_detection_says_why(rules: tuple[str, ...], head: str, why: str) -> None:
    assert [why] == [hit.message for hit in detections(policy(*rules, head=head))]


def test_a_watch_may_be_seen_at_either_stage() -> None:
    assert [] == blind("{level: Request, verbs: [watch], omitStages: [ResponseComplete]}", "{level: Request}")


def short(*rules: str) -> list[tuple[str, str]]:
    return [(hit.id, hit.message) for hit in cis(policy(*rules))]


def test_the_benchmark_is_met_by_metadata_for_all() -> None:
    assert [] == short(REST)


@pytest.mark.parametrize("name", ["recommended", "metadata", "cis"])
def test_the_benchmark_is_met_by_presets(name: str) -> None:
    assert [] == list(cis(read(preset(name), name).policy))


@pytest.mark.parametrize(
    ("rule", "finding"),
    [
        (
            "{level: None, verbs: [watch], resources: [{resources: [secrets]}]}",
            ("KAP301", "`watch` of secrets by a person is not recorded"),
        ),
        (
            "{level: None, userGroups: ['system:serviceaccounts'], resources: [{resources: [configmaps]}]}",
            ("KAP301", "`get` of configmaps by a service account is not recorded"),
        ),
        (
            "{level: None, resources: [{group: authentication.k8s.io}]}",
            ("KAP301", "`create` of tokenreviews.authentication.k8s.io by a person is not recorded"),
        ),
        (
            "{level: None, verbs: [delete], resources: [{group: apps}]}",
            ("KAP302", "`delete` of deployments.apps by a person is not recorded"),
        ),
        (
            "{level: None, resources: [{resources: [services/*]}]}",
            ("KAP303", "`get` of services/proxy by a person is not recorded"),
        ),
        (
            "{level: Request, verbs: [deletecollection]}",
            (
                "KAP304",
                "this rule records secrets, configmaps at Request",
            ),
        ),
    ],
)
def test_the_benchmark_is_missed(rule: str, finding: tuple[str, str]) -> None:
    assert [finding] == short(rule, REST)


@pytest.mark.parametrize(
    "rule",
    [
        "{level: None, userGroups: ['system:nodes'], resources: [{resources: [configmaps]}]}",
        "{level: None, verbs: [get], resources: [{resources: [pods]}, {group: apps}]}",
        "{level: None, verbs: [create], resources: [{resources: [services, pods/attach]}]}",
        "{level: Request, verbs: [create], resources: [{group: apps}, {resources: [pods]}]}",
    ],
)
def test_the_benchmark_is_not_missed(rule: str) -> None:
    assert [] == short(rule, REST)
