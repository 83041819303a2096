import pytest

from audit.document import DocumentError, check, setting
from generator.values import Values
from generator.webhook_values import Webhook


def loaded(text: str) -> Webhook:
    found = check(setting(f"audit.webhook={{{text}}}"), Values).audit.webhook
    assert found is not None
    return found


def test_an_empty_map_is_a_webhook_with_the_defaults() -> None:
    assert Webhook() == loaded("")
    assert Values().audit.webhook is None


@pytest.mark.parametrize("address", ["10.96.0.50", "fd00::1"])
def test_an_address_is_an_address(address: str) -> None:
    assert address == loaded(f"clusterIP: '{address}'").cluster_ip


@pytest.mark.parametrize("name", ["dead:beef", "kube-audit-bridge.svc"])
def test_a_name_is_refused_where_api_servers_could_not_resolve_it(name: str) -> None:
    with pytest.raises(DocumentError) as refused:
        loaded(f"clusterIP: '{name}'")
    assert f"audit.webhook.clusterIP: expected an address, such as 10.96.0.50, got '{name}'" in str(refused.value)
