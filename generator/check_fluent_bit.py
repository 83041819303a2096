"""Fluent Bit's configuration: what loses events, or goes nowhere.

By its defaults Fluent Bit asks for no acks, gives a chunk up after one retry, and keeps in memory what waits: each of these must be
said otherwise.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from audit.problems import DocumentError, Place
from generator.findings import Finding, Severity
from generator.fluent_bit_config import Plugin, configurations, parsed, plugins, takes

CHECK = "fluent-bit"

SAMPLES = ("node", "node.example.com")
"""What stands in a tag for what is known only later."""

_SECRETS = ("shared_key", "password", "tls.key_passwd", "http_passwd")
_TRUE = frozenset({"true", "on", "yes"})


def check(files: Mapping[str, str]) -> Iterator[Finding]:
    """Find what is wrong with every configuration of Fluent Bit's among the files."""
    for name in configurations(files):
        try:
            document = parsed(files[name], name)
        except DocumentError as error:
            for one in error.problems:
                yield Finding(
                    CHECK, "error", Place(one.name, one.line), one.path, one.want, one.got, one.cure or "correct it"
                )
            continue
        found = plugins(document)
        for plugin in found:
            yield from _plugin(plugin)
        yield from _storage(found, str(document.data.get("service", {}).get("storage.path", "")))
        yield from _routes(found)


def _plugin(plugin: Plugin) -> Iterator[Finding]:
    if not plugin.name:
        yield _finding(plugin, "", "name of the plugin", "none", "add it")
    for option in _SECRETS:
        if plugin.value(option) and "${" not in plugin.value(option):
            cure = "take it from the environment: ${NAME}"
            yield _finding(plugin, option, "no secret in a file", "a value that is not shown", cure)
    if plugin.kind == "inputs" and plugin.name == "tail":
        yield from _tail(plugin)
    if plugin.kind == "outputs" and plugin.name == "forward":
        yield from _forward(plugin)


def _tail(plugin: Plugin) -> Iterator[Finding]:
    for option, why in (
        ("path", "of the log"),
        ("tag", "of its events"),
        ("db", "where the position outlives Fluent Bit"),
    ):
        if not plugin.value(option):
            yield _finding(plugin, option, f"{option}, {why}", "none", "add it")
    if plugin.value("read_from_head") not in _TRUE:
        got = "none: what stands in the log when Fluent Bit first sees it is never sent"
        yield _finding(plugin, "read_from_head", "true", got, "set it to true", severity="warning")
    if plugin.value("storage.type") != "filesystem":
        got = f"{plugin.value('storage.type') or 'memory'}: what waits is lost with Fluent Bit"
        yield _finding(plugin, "storage.type", "filesystem", got, "set it to filesystem")
    path = PurePosixPath(plugin.value("path"))
    if "*" in path.name and path.parent != PurePosixPath("/var/log/containers"):
        got = f"{str(path)!r}, which takes rotated files for new ones and sends them again"
        yield _finding(plugin, "path", "one exact file", got, "name the file", severity="warning")


def _forward(plugin: Plugin) -> Iterator[Finding]:
    if not plugin.value("host"):
        yield _finding(plugin, "host", "host of the bridge", "none", "add it")
    if plugin.value("require_ack_response") not in _TRUE:
        got = "none: what is on its way when the bridge ends is lost"
        yield _finding(plugin, "require_ack_response", "true", got, "set it to true")
    if plugin.value("retry_limit") not in ("no_limits", "false"):
        got = f"{plugin.value('retry_limit') or '1'}: a chunk is thrown away after so many retries"
        yield _finding(plugin, "retry_limit", "no_limits", got, "set it to no_limits")


def _storage(found: list[Plugin], path: str) -> Iterator[Finding]:
    for plugin in found:
        if plugin.value("storage.type") == "filesystem" and not path:
            want = "storage.path of the service, beside it"
            yield _finding(
                plugin, "storage.type", want, "none: chunks have no file", "add service: {storage.path: ...}"
            )


def _routes(found: list[Plugin]) -> Iterator[Finding]:
    """Find inputs whose events no output takes, and filters and outputs that take nothing."""
    tags = {tag: plugin for plugin in found if plugin.kind == "inputs" for tag in tags_of(plugin)}
    outputs = [plugin for plugin in found if plugin.kind == "outputs"]
    for tag, plugin in tags.items():
        if not any(takes(output, tag) for output in outputs):
            yield _finding(
                plugin, "tag", f"an output for the tag {tag}", "none: its events are dropped", "widen a match"
            )
    for plugin in found:
        if plugin.kind != "inputs" and tags and not any(takes(plugin, tag) for tag in tags):
            got = f"none: no tag fits {plugin.value('match') or plugin.value('match_regex')!r}"
            severity: Severity = "error" if plugin.kind == "outputs" else "warning"
            yield _finding(plugin, "match", "events that get here", got, "correct the pattern", severity=severity)


def tags_of(plugin: Plugin) -> list[str]:
    """Return tags that an input may give, samples in the place of what is known only later."""
    tag = plugin.value("tag")
    parts = tag.replace("*", "${path}").split("${") if tag else []
    if not parts:
        return []
    first, *later = parts
    return sorted({first + "".join(sample + one.partition("}")[2] for one in later) for sample in SAMPLES})


def _finding(plugin: Plugin, option: str, want: str, got: str, cure: str, *, severity: Severity = "error") -> Finding:
    return Finding(CHECK, severity, plugin.place(option), plugin.label(option), want, got, cure)
