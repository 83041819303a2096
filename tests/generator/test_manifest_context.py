"""What templates know beyond the values."""

from typing import Any

import pytest

from generator.manifest_context import bridge_kind, fewest_replicas, manifest_context, most_replicas, state_bytes
from generator.values import Values

MIB = 2**20


def values(**bridge: Any) -> Values:
    return Values.model_validate({"bridge": bridge})


@pytest.mark.parametrize(
    ("bridge", "expected"),
    [({"replicas": 3}, (3, 3)), ({"replicas": 3, "autoscaling": {"minReplicas": 2, "maxReplicas": 5}}, (2, 5))],
)
def test_an_autoscaler_goes_before_replicas(bridge: dict[str, Any], expected: tuple[int, int]) -> None:
    given = values(**bridge)
    assert expected == (fewest_replicas(given), most_replicas(given))


@pytest.mark.parametrize(("storage", "kind"), [({}, "Deployment"), ({"claim": {}}, "StatefulSet")])
def test_bridges_with_volumes_have_names_that_stay(storage: dict[str, Any], kind: str) -> None:
    assert kind == bridge_kind(values(storage=storage))


def test_a_volume_holds_twice_what_lies_on_it() -> None:
    config = {"dead_letter": {"max_bytes": 10 * MIB}, "spool": {"max_bytes": 30 * MIB}}
    assert 20 * MIB == state_bytes(values(config=config))
    assert 80 * MIB == state_bytes(values(config=config, storage={"claim": {}, "spool": True}))


def test_images_come_from_the_registry() -> None:
    given = Values.model_validate({"images": {"registry": "mirror.example.com"}})
    assert "mirror.example.com/kube-audit-bridge:0.1.0" == manifest_context(given)["bridge_image"]


def test_labels_of_pods_cannot_change_what_selects_them() -> None:
    given = Values.model_validate({"agent": {"podLabels": {"a": "b"}}, "labels": {"c": "d"}})
    labels = manifest_context(given)["pod_labels"]["agent"]
    assert {"a": "b", "c": "d", "app.kubernetes.io/name": "kube-audit-agent"}.items() <= labels.items()
