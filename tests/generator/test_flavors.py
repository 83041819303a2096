"""The flavors of Fluentd."""

from generator import templates
from generator.flavors import FLAVORS, FLUENTD_IMAGE


def test_the_configuration_is_where_each_flavor_looks_for_it() -> None:
    assert {name: flavor.config for name, flavor in FLAVORS.items()} == {
        "fluentd": "/fluentd/etc/fluent.conf",
        "td-agent": "/etc/td-agent/td-agent.conf",
        "fluent-package": "/etc/fluent/fluentd.conf",
        "fluent-bit": "/fluent-bit/etc/kube-audit/fluent-bit.yaml",
        "direct": "/etc/kube-audit-bridge/bridge.yaml",
    }


def test_the_dockerfile_builds_on_the_image_that_is_rendered() -> None:
    dockerfile = (templates.folder("fluentd") / "Dockerfile").read_text()
    assert f"FROM {FLUENTD_IMAGE}\n" in dockerfile
