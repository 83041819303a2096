"""What is known of Fluentd's plugins. tests/peers/test_fluentd_config.py compares it with a real Fluentd."""

from generator.fluentd_config import read
from generator.fluentd_plugins import PARAMETERS, PLUGINS, TOP
from tests.support.rendered import FLUENTD, files


def test_every_plugin_that_is_rendered_is_known() -> None:
    for environment in ("default", "production", "minikube"):
        root = read(files(environment)[FLUENTD], FLUENTD)
        sections = [one for one in root.walk() if one.name in PLUGINS | {"buffer"}]
        assert [] == [(one.name, one.type) for one in sections if (one.name, one.type) not in PARAMETERS]
        assert {one.name for one in root.sections} <= TOP
