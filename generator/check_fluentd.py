"""Fluentd's configuration: what Fluentd would refuse, ignore, or do otherwise than it looks, and what loses events.

Fluentd itself says little: an unknown parameter is a warning among its start's lines, a match that never gets anything is none,
and without acks or a file buffer everything works until the day it does not.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from audit.problems import DocumentError, Place, Problem
from generator.findings import Finding, Severity
from generator.fluentd_config import Section, read
from generator.fluentd_plugins import PARAMETERS, PLUGINS, TOP
from generator.fluentd_routes import routes

CHECK = "fluentd"

_SECRETS = frozenset({"shared_key", "password", "tls_client_private_key_passphrase"})
_SECTION = re.compile(r"^<(source|match|filter|system|label)\b", re.MULTILINE)
_INCLUDE = re.compile(r"^\s*@include[ \t]+(\S+)", re.MULTILINE)
_TRUE = frozenset({"true", "yes", ""})


def configurations(files: Mapping[str, str]) -> list[str]:
    """Return which of the rendered files Fluentd is started with: those that have its sections, and that no other includes."""
    names = [path for path in files if PurePosixPath(path).suffix == ".conf"]
    found = [path for path in names if _SECTION.search(files[path])]
    included = {
        piece
        for name in found
        for match in _INCLUDE.finditer(files[name])
        for piece, _ in _named(files, name, match[1])
    }
    return [path for path in found if path not in included]


def parsed(files: Mapping[str, str], name: str) -> Section:
    """Read one of the files, and what it includes of the others. Raises `DocumentError`."""
    return read(files[name], name, lambda pattern: _named(files, name, pattern))


def _named(files: Mapping[str, str], name: str, pattern: str) -> list[tuple[str, str]]:
    """Return the files that an @include in one of them names, relative to it."""
    whole = str(PurePosixPath(name).parent / pattern)
    return [(path, text) for path, text in files.items() if path != name and PurePosixPath(path).match(whole)]


def check(files: Mapping[str, str]) -> Iterator[Finding]:
    """Find what is wrong with every configuration of Fluentd's among the files."""
    for name in configurations(files):
        try:
            root = parsed(files, name)
        except DocumentError as error:
            yield from map(_of, error.problems)
            continue
        yield from meaning(root)


def meaning(root: Section) -> Iterator[Finding]:
    """Find what is wrong with a configuration that can be read."""
    yield from _unknown(root)
    for section in root.walk():
        yield from _section(section)
    yield from _routes(root)
    yield from _shared(root, "source", "pos_file", "tail")
    yield from _shared(root, "buffer", "path", "file")


def _of(problem: Problem) -> Finding:
    cure = problem.cure or "correct it"
    return Finding(CHECK, "error", Place(problem.name, problem.line), "", problem.want, problem.got, cure)


def _unknown(root: Section) -> Iterator[Finding]:
    for section in root.sections:
        if section.name not in TOP:
            near = difflib.get_close_matches(section.name, TOP, 1)
            cure = f"did you mean <{near[0]}>?" if near else "Fluentd ignores it: take it out"
            yield _finding(section, "", f"one of {', '.join(sorted(TOP))}", f"<{section.name}>", cure)
    for name, parameter in root.parameters.items():
        want, cure = "parameters in sections only", "move it into one"
        yield Finding(CHECK, "warning", parameter.place, "", want, repr(name), cure)


def _section(section: Section) -> Iterator[Finding]:
    if section.name in PLUGINS and not section.type:
        yield _finding(section, "", "@type, which names the plugin", "none", "add it")
    yield from _parameters(section)
    if section.name == "source" and section.type == "tail":
        yield from _tail(section)
    if section.name in ("match", "store") and section.type == "forward":
        yield from _forward(section)
    if section.name == "buffer":
        yield from _buffer(section)


def _parameters(section: Section) -> Iterator[Finding]:
    known = PARAMETERS.get((section.name, section.type))
    for name, parameter in section.parameters.items():
        if known is not None and name not in known:
            near = difflib.get_close_matches(name, sorted(known), 1)
            cure = f"did you mean {near[0]}?" if near else "Fluentd ignores it: take it out"
            of = f"<{section.name}>" + (f" of type {section.type}" if section.type else "")
            yield _finding(section, name, f"a parameter of {of}", repr(name), cure)
        if not parameter.ruby and re.search(r"#\{.*\}", parameter.value):
            cure = "put the value in double quotes"
            yield _finding(section, name, "Ruby within double quotes", "#{} that is never evaluated", cure)
        if name in _SECRETS and parameter.value and not parameter.ruby:
            cure = "take it from the environment: \"#{ENV['NAME']}\""
            yield _finding(section, name, "no secret in a file", "a value that is not shown", cure)


def _tail(source: Section) -> Iterator[Finding]:
    for name in ("path", "tag"):
        if not source.value(name):
            yield _finding(source, "", f"{name} of the log", "none", "add it")
    if not source.value("pos_file"):
        got = "none: after a restart the log is sent again, or its end only"
        yield _finding(source, "", "pos_file, where the position outlives Fluentd", got, "add it")
    if source.value("read_from_head", "false") not in _TRUE:
        got = "false: what stands in the log when Fluentd first sees it is never sent"
        yield _finding(source, "read_from_head", "true", got, "set it to true", severity="warning")
    path = PurePosixPath(source.value("path"))
    if "*" in path.name and path.parent != PurePosixPath("/var/log/containers"):
        got = f"{str(path)!r}, which takes rotated files for new ones and sends them again"
        yield _finding(source, "path", "one exact file", got, "name the file", severity="warning")


def _forward(match: Section) -> Iterator[Finding]:
    if match.value("require_ack_response", "false") not in _TRUE:
        got = "false: what is on its way when the bridge ends is lost"
        yield _finding(match, "require_ack_response", "true", got, "set it to true")
    if not match.called("server", "service_discovery"):
        yield _finding(match, "", "a <server>", "none", "add one")
    for server in match.called("server"):
        if not server.value("host"):
            yield _finding(server, "", "host of the server", "none", "add it")
    if not match.called("buffer"):
        yield _finding(
            match, "", "a <buffer>", "none: events wait in memory, and are lost with it", "add one of type file"
        )


def _buffer(buffer: Section) -> Iterator[Finding]:
    if buffer.value("@type", "memory") == "memory":
        yield _finding(buffer, "@type", "file", "memory: what waits is lost with Fluentd", "set @type file, and path")
    elif not buffer.value("path"):
        yield _finding(buffer, "", "path of the buffer's files", "none", "add it")
    if buffer.value("overflow_action") == "drop_oldest_chunk":
        yield _finding(buffer, "overflow_action", "block", "drop_oldest_chunk, which loses events", "set it to block")
    if buffer.value("retry_forever", "false") not in _TRUE:
        got = "false: after 72 hours without an ack Fluentd gives chunks up"
        yield _finding(buffer, "retry_forever", "true", got, "set it to true", severity="warning")


def _routes(root: Section) -> Iterator[Finding]:
    found = routes(root)
    for lost in {(id(one.source), one.tag): one for one in found.lost}.values():
        want = f"a <match> for the tag {lost.tag}"
        yield _finding(
            lost.source, "tag", want, "none: its events are dropped", "widen a pattern: ** takes any number of parts"
        )
    for section in found.idle:
        want = "events that get here"
        cure = "correct the pattern, or move it above the <match> that takes them"
        severity: Severity = "error" if section.name == "match" else "warning"
        yield _finding(section, "", want, f"none: no tag gets to {section.argument or '**'!r}", cure, severity=severity)


def _shared(root: Section, name: str, parameter: str, kind: str) -> Iterator[Finding]:
    """Find two plugins that keep their state in the same file."""
    first: dict[str, Section] = {}
    for section in root.walk():
        path = section.value(parameter)
        if section.name == name and section.type == kind and path:
            before = first.setdefault(path, section)
            if before is not section:
                got = f"{path!r} again, as on line {before.place.line}"
                yield _finding(section, parameter, f"a {parameter} of its own", got, "choose another")


def _finding(
    section: Section, parameter: str, want: str, got: str, cure: str, *, severity: Severity = "error"
) -> Finding:
    """Return a finding about a section, at the line of one of its parameters where it has that."""
    found = section.parameters.get(parameter)
    place = found.place if found else section.place
    of = f"<{section.name}{' ' + section.argument if section.argument else ''}>"
    return Finding(CHECK, severity, place, f"{of} {parameter}".rstrip(), want, got, cure)
