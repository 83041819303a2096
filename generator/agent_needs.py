"""What an agent's configuration asks of where it runs: files to read, files that must stay, variables, an address. Of either agent."""

import re
from typing import NamedTuple

from audit.document import Document
from audit.problems import Place, path_text
from generator import fluent_bit_config
from generator.fluentd_config import Section


class Need(NamedTuple):
    """One text of a configuration: where it stands, what it is called there, and what it says."""

    place: Place
    label: str
    value: str


class Needs(NamedTuple):
    """All that one configuration asks for."""

    reads: list[Need]
    """Paths of logs, each a file or a pattern."""
    keeps: list[Need]
    """Paths of what must outlive the pod: positions, and events that wait."""
    variables: list[Need]
    """Environment variables without which there is no value."""
    servers: list[tuple[Need, Need]]
    """Hosts with their ports."""


_RUBY = re.compile(r"ENV(?:\.fetch\(|\[)\s*['\"](\w+)['\"]\s*[\])](\s*\|\|)?")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PORT = "24224"
"""Where both agents send to by default."""


def of_fluentd(root: Section) -> Needs:
    """Return what a configuration of Fluentd's needs. A variable with a default, `|| hostname`, is not needed."""
    found = Needs([], [], [], [])
    for section in root.walk():
        if section.name == "source" and section.type == "tail" and section.value("path"):
            found.reads.extend(_each(_of(section, "path")))
        if (section.name, section.type) == ("source", "tail") and section.value("pos_file"):
            found.keeps.append(_of(section, "pos_file"))
        if section.name == "buffer" and section.value("path"):
            found.keeps.append(_of(section, "path"))
        if section.name == "server":
            found.servers.append((_of(section, "host"), _of(section, "port", _PORT)))
        for name, parameter in section.parameters.items():
            for match in _RUBY.finditer(parameter.value if parameter.ruby else ""):
                if not match[2]:
                    found.variables.append(_of(section, name)._replace(value=match[1]))
    return found


def of_fluent_bit(document: Document) -> Needs:
    """Return what a configuration of Fluent Bit's needs."""
    found = Needs([], [], [], [])
    storage = ("service", "storage.path")
    if storage in document.lines:
        value = str(document.data["service"]["storage.path"])
        found.keeps.append(Need(document.place(storage), path_text(storage), value))
    for plugin in fluent_bit_config.plugins(document):
        texts = {name: Need(plugin.place(name), plugin.label(name), plugin.value(name)) for name in plugin.options}
        if plugin.name == "tail" and "path" in texts:
            found.reads.extend(_each(texts["path"]))
        if plugin.name == "tail" and "db" in texts:
            found.keeps.append(texts["db"])
        if plugin.name == "forward" and "host" in texts:
            found.servers.append((texts["host"], texts.get("port", texts["host"]._replace(value=_PORT))))
        for need in texts.values():
            found.variables.extend(need._replace(value=match[1]) for match in _VARIABLE.finditer(need.value))
    return found


def _of(section: Section, name: str, default: str = "") -> Need:
    found = section.parameters.get(name)
    of = f"<{section.name}{' ' + section.argument if section.argument else ''}>"
    return Need(found.place if found else section.place, f"{of} {name}", section.value(name, default))


def _each(need: Need) -> list[Need]:
    """Return one need for each path of a list with commas."""
    return [need._replace(value=path.strip()) for path in need.value.split(",")]
