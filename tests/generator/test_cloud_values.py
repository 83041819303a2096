"""Values of managed clouds."""

import pytest
from pydantic import ValidationError

from generator.cloud_values import Aks, Cloud, Eks, Gke


def test_a_cloud_needs_to_be_told_where_its_log_is() -> None:
    found = Cloud.model_validate(
        {
            "eks": {"region": "eu-central-1"},
            "gke": {"project": "example-prod", "subscription": "kube-audit"},
            "aks": {"namespace": "example-audit", "hub": "kube-audit"},
        }
    )
    assert Eks(region="eu-central-1") == found.eks
    assert Gke(project="example-prod", subscription="kube-audit") == found.gke
    assert found.aks is not None
    assert ("event-hubs", "connection-string") == (found.aks.connection_secret.name, found.aks.connection_secret.key)


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (Eks, {"region": "Frankfurt"}),
        (Eks, {"region": "eu-central-1", "logGroup": "a b"}),
        (Gke, {"project": "x", "subscription": "kube-audit"}),
        (Aks, {"namespace": "Example", "hub": "kube-audit"}),
    ],
)
def test_what_no_cloud_would_take_is_refused(model: type[Eks | Gke | Aks], given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(given)
