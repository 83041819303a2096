"""Which match gets which events: tags, patterns, labels, in Fluentd's own order.

An event goes to the first <match> below it in the file whose pattern fits its tag, after every fitting <filter> above that match.
A tag that holds Ruby or a placeholder is known only when Fluentd runs; it is tried with samples, one of them with dots, for a node's
name may have some.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from generator.fluentd_config import Section
from generator.fluentd_plugins import RE_EMIT

SAMPLES = ("node", "node.example.com")
"""What stands for text that is known only later: one word, and a name with dots."""


class Lost(NamedTuple):
    """An event that no match gets: the section that it comes from, and its tag."""

    source: Section
    tag: str


class Routes(NamedTuple):
    """What the routes of a configuration leave: events without a match, and sections without events."""

    lost: list[Lost]
    idle: list[Section]


def routes(root: Section) -> Routes:
    """Follow the events of every source through the configuration."""
    used: set[int] = set()
    lost: list[Lost] = []
    labels = {section.argument: section for section in _scopes(root) if section.name == "label"}
    known = True
    for scope in _scopes(root):
        for source in scope.called("source"):
            for tag in _tags(source):
                target = labels.get(source.value("@label")) if "@label" in source.parameters else scope
                if target is not None and not _follow(target, tag, labels, used):
                    lost.append(Lost(source, tag))
            known = known and bool(source.value("tag") or source.type == "monitor_agent")
    sections = [one for scope in _scopes(root) for one in scope.called("match", "filter")]
    re_emits = any(one.type in RE_EMIT - {"relabel"} for one in sections)
    idle = [] if re_emits or not known else [one for one in sections if id(one) not in used]
    return Routes(lost, [one for one in idle if not one.argument.startswith("fluent.")])


def fits(pattern: str, tag: str) -> bool:
    """Whether a match's patterns, with white space between them, take a tag."""
    return any(_expression(one).fullmatch(tag) for one in pattern.split() or ["**"])


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    """Translate one pattern: * is one part of a tag, ** any number of them, {a,b} either."""
    text = re.escape(pattern).replace(r"\{", "(?:").replace(r"\}", ")").replace(",", "|")
    text = text.replace(r"\.\*\*", r"(?:\..*)?").replace(r"\*\*\.", r"(?:.*\.)?").replace(r"\*\*", ".*")
    return re.compile(text.replace(r"\*", r"[^.]+"))


def _scopes(root: Section) -> Iterator[Section]:
    """Yield the whole file, each worker's and each label's part of it."""
    yield root
    for section in root.called("worker", "label"):
        yield from _scopes(section)


def _tags(source: Section) -> list[str]:
    """Return tags that a source may give, samples in the place of what is known only later."""
    tag = source.value("tag")
    if not tag:
        return []
    later = re.compile(r"#\{.*?\}|\$\{.*?\}|\*")
    return sorted({later.sub(sample, tag) for sample in SAMPLES})


def _follow(scope: Section, tag: str, labels: dict[str, Section], used: set[int], depth: int = 0) -> bool:
    """Mark what an event meets; return whether it arrives."""
    for section in scope.called("match", "filter"):
        if not fits(section.argument, tag):
            continue
        used.add(id(section))
        if section.name == "match":
            to = labels.get(section.value("@label")) if section.type == "relabel" else None
            return depth > len(labels) or to is None or _follow(to, tag, labels, used, depth + 1)
    return False
