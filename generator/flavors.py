"""The agents that can read the log: what each is, where it keeps its files, and how it is installed.

`fluentd` is the official container image, `td-agent` the package up to version 4, `fluent-package` its successor, `fluent-bit` the
official image of Fluent Bit, and `direct` the bridge itself, which needs no agent.
"""

from dataclasses import dataclass, field
from typing import Literal

FLUENTD_IMAGE = "fluent/fluentd:v1.19.2-debian-1.0"
"""The image of the flavor `fluentd`; Debian's variant has jemalloc, which keeps memory from fragmenting."""

FLUENT_BIT_IMAGE = "fluent/fluent-bit:5.1.1"
"""The image of the flavor `fluent-bit`; it has no shell, so every probe of it is a request."""

FLUENTD_CONTAINERS_IMAGE = "fluent/fluentd-kubernetes-daemonset:v1.19-debian-forward-1"
"""The official image that has fluent-plugin-kubernetes_metadata_filter, for the containers' logs."""

Kind = Literal["fluentd", "fluent-bit", "bridge"]


@dataclass(frozen=True, slots=True)
class Package:
    """An agent as a package of the machine's distribution, with a unit of systemd's."""

    service: str
    """The unit's name."""
    log_variable: str
    """The environment variable by which the unit says where the agent logs to."""
    install: str
    """The page that says how to install it."""
    pid_file: str
    """Where the unit keeps the supervisor's process id."""


@dataclass(frozen=True, slots=True)
class Flavor:
    """One flavor: its kind and program, its configuration file, the directory of its own state, its Ruby.

    `image` is what runs where no other is named, `package` how it is installed on a machine; None where there is none.
    """

    kind: Kind
    program: str
    config_directory: str
    config_name: str
    state: str
    ruby: str = ""
    image: str | None = None
    package: Package | None = None
    on_host: bool = field(default=False)
    """Whether it is usually a package on the machines, and not a pod."""

    @property
    def config(self) -> str:
        """The path of the configuration file."""
        return f"{self.config_directory}/{self.config_name}"


TD_AGENT = Package(
    "td-agent", "TD_AGENT_LOG_FILE", "https://docs.fluentd.org/installation", "/var/run/td-agent/td-agent.pid"
)
FLUENT_PACKAGE = Package(
    "fluentd", "FLUENT_PACKAGE_LOG_FILE", "https://docs.fluentd.org/installation", "/var/run/fluent/fluentd.pid"
)

FLAVORS = {
    "fluentd": Flavor("fluentd", "fluentd", "/fluentd/etc", "fluent.conf", "/fluentd/log", "ruby", FLUENTD_IMAGE),
    "td-agent": Flavor(
        "fluentd",
        "td-agent",
        "/etc/td-agent",
        "td-agent.conf",
        "/var/log/td-agent",
        "/opt/td-agent/bin/ruby",
        package=TD_AGENT,
    ),
    "fluent-package": Flavor(
        "fluentd",
        "fluentd",
        "/etc/fluent",
        "fluentd.conf",
        "/var/log/fluent",
        "/opt/fluent/bin/ruby",
        package=FLUENT_PACKAGE,
        on_host=True,
    ),
    "fluent-bit": Flavor(
        "fluent-bit",
        "/fluent-bit/bin/fluent-bit",
        "/fluent-bit/etc/kube-audit",
        "fluent-bit.yaml",
        "/var/lib/kube-audit-agent",
        image=FLUENT_BIT_IMAGE,
    ),
    "direct": Flavor("bridge", "audit-bridge", "/etc/kube-audit-bridge", "bridge.yaml", "/var/lib/kube-audit-bridge"),
}
