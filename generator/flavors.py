"""Where the flavors of Fluentd keep their files.

`fluentd` is the official container image, `td-agent` the package up to version 4, `fluent-package` its successor.
"""

from dataclasses import dataclass

FLUENTD_IMAGE = "fluent/fluentd:v1.19.2-debian-1.0"
"""The image of the flavor `fluentd`; Debian's variant has jemalloc, which keeps memory from fragmenting."""


@dataclass(frozen=True, slots=True)
class Flavor:
    """One flavor: its program, its configuration file, the directory of its own state, its Ruby."""

    program: str
    config_directory: str
    config_name: str
    state: str
    ruby: str
    image: str | None

    @property
    def config(self) -> str:
        """The path of the configuration file."""
        return f"{self.config_directory}/{self.config_name}"


FLAVORS = {
    "fluentd": Flavor("fluentd", "/fluentd/etc", "fluent.conf", "/fluentd/log", "ruby", FLUENTD_IMAGE),
    "td-agent": Flavor(
        "td-agent", "/etc/td-agent", "td-agent.conf", "/var/log/td-agent", "/opt/td-agent/bin/ruby", None
    ),
    "fluent-package": Flavor("fluentd", "/etc/fluent", "fluentd.conf", "/var/log/fluent", "/opt/fluent/bin/ruby", None),
}
