"""An agent that is a package on the machines: its configuration, what systemd and logrotate need, and the steps. Pure."""

import re
from typing import Any

from generator import agents, templates
from generator.values import Values

FOLDER = "host/agent"
TEMPLATES = ("README.md", "environment", "logrotate.conf", "systemd.conf")

_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(\w*)")
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


def files(values: Values, context: dict[str, Any]) -> dict[str, str]:
    """Return the files for the machines, by path; none where the agent is a pod. Raises `TemplateError`."""
    package = agents.flavor(values).package
    if package is None or not agents.on_host(values):
        return {}
    memory = context["agent_resources"].limits.get("memory")
    within = {
        **context,
        "host_directory": agents.HOST_DIRECTORY,
        "memory_bytes": bytes_of(memory) if memory else "infinity",
        "package": package,
    }
    rendered = {f"{FOLDER}/{name}": templates.render(f"manifests/{FOLDER}/{name}.j2", within) for name in TEMPLATES}
    return {**rendered, **{f"{FOLDER}/{name}": text for name, text in context["agent_files"].items()}}


def bytes_of(quantity: str) -> int:
    """Return a quantity of Kubernetes's memory in bytes, as systemd takes it."""
    match = _QUANTITY.fullmatch(quantity)
    if match is None or match[2] not in _UNITS:
        raise ValueError(f"{quantity}: no quantity of memory")
    return int(float(match[1]) * _UNITS[match[2]])
