"""What Kubernetes serves."""

import pytest

from audit import resources


def test_a_resource_knows_its_groups() -> None:
    assert ["apps", "extensions"] == resources.groups_of("deployments")
    assert ["", "events.k8s.io"] == resources.groups_of("events")
    assert [] == resources.groups_of("widgets")


def test_a_group_knows_its_resources() -> None:
    assert ["clusterrolebindings", "clusterroles", "rolebindings", "roles"] == resources.resources(
        "rbac.authorization.k8s.io"
    )
    assert [] == resources.resources("example.com")
    assert (True, False) == (resources.is_served("apps", "deployments"), resources.is_served("", "deployments"))
    assert (True, True, False) == tuple(map(resources.is_group, ("", "apps", "example.com")))
    assert "" == resources.groups()[0]


def test_a_resource_knows_its_subresources() -> None:
    assert {"exec", "attach", "portforward", "log"} <= resources.subresources("", "pods")
    assert frozenset() == resources.subresources("apps", "pods")
    assert frozenset({"token"}) == resources.subresources("", "serviceaccounts")


@pytest.mark.parametrize(("group", "resource", "scoped"), [("", "nodes", True), ("", "pods", False), ("x", "y", False)])
def test_a_resource_knows_its_scope(group: str, resource: str, scoped: bool) -> None:
    assert scoped == resources.is_cluster_scoped(group, resource)


def test_no_foreign_word_is_a_verb() -> None:
    """And the verb that is meant is one."""
    verbs = {*resources.RESOURCE_VERBS, *resources.URL_VERBS}
    assert set() == verbs & set(resources.FOREIGN_VERBS)
    assert set(resources.FOREIGN_VERBS.values()) <= verbs


def test_every_name_is_a_plain_one() -> None:
    names = {name for _, name in resources.known()}
    assert [] == sorted(name for name in names if not name.isalpha() or name != name.lower())
