"""YAML text to the nodes of its first document, as go-yaml 2 takes the text apart.

libyaml, of which go-yaml is a port, does the work where PyYAML has it. The nodes are made here rather than by PyYAML, which
refuses an anchor that is set twice and decides itself what a plain scalar is: its tag is "" here.
"""

import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from audit.go_scalars import PREFIX
from audit.problems import DocumentError, Problem
from audit.reading import MAX_DEPTH

_Loader: Any = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
_OTHER_YAML = re.compile(r"\A\ufeff?(?:[ \t]*(?:#.*)?\n|%(?!YAML).*\n)*%YAML[ \t]+(?!1\.1\b)(\S+)")


def compose(text: str, name: str) -> yaml.Node | None:
    """Return the root of the first document, None where there is none. Raises `DocumentError`."""
    if other := _OTHER_YAML.match(text):
        _refuse(name, text.count("\n", 0, other.end()) + 1, f"YAML {other[1]}, which go-yaml does not know")
    try:
        return _Composer(text, name).root()
    except yaml.reader.ReaderError as error:
        _refuse(name, text.count("\n", 0, error.position) + 1, "a character that YAML does not allow")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _refuse(name, mark.line + 1 if mark else None, error.problem or "a mistake")
    except (ValueError, OverflowError):  # a surrogate; an escape or a directive with a number out of range
        _refuse(name, None, "a character or a number out of range")


def _refuse(name: str, line: int | None, got: str) -> NoReturn:
    cure = "indent with spaces" if "'\\t'" in got else "correct the syntax here or just above"
    raise DocumentError([Problem(name, line, "", "well-formed YAML", got, cure)])


class _Composer:
    """Joins the events of one document to nodes; an alias is the node that it names."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._anchors: dict[str, yaml.Node] = {}

    def root(self) -> yaml.Node | None:
        events = yaml.parse(self._text, Loader=_Loader)
        next(events)
        if not isinstance(next(events), yaml.DocumentStartEvent):
            return None
        root = self._node(next(events), events, 0)
        next(events)  # its end: what comes before it must be YAML, too
        return root

    def _node(self, event: Any, events: Iterator[yaml.Event], depth: int) -> yaml.Node:
        line = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            _refuse(self._name, line, f"more than {MAX_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                _refuse(self._name, line, f"the alias *{event.anchor} without its anchor")
            return self._anchors[event.anchor]
        node = self._begun(event, line)
        if event.anchor:
            self._anchors[event.anchor] = node
        children = self._children(events, depth) if not isinstance(node, yaml.ScalarNode) else ()
        if isinstance(node, yaml.SequenceNode):
            node.value.extend(children)
        elif isinstance(node, yaml.MappingNode):
            pairs = iter(children)
            node.value.extend(zip(pairs, pairs, strict=True))
        return node

    def _begun(self, event: Any, line: int) -> yaml.Node:
        mark = event.start_mark
        if isinstance(event, yaml.SequenceStartEvent):
            return yaml.SequenceNode(PREFIX + "seq", [], mark)
        if isinstance(event, yaml.MappingStartEvent):
            return yaml.MappingNode(PREFIX + "map", [], mark)
        if event.tag and not event.value and self._text[event.end_mark.index : event.end_mark.index + 1] == ",":
            _refuse(self._name, line, "a comma right after a tag")
        return yaml.ScalarNode(event.tag or ("" if event.implicit[0] else PREFIX + "str"), event.value, mark)

    def _children(self, events: Iterator[yaml.Event], depth: int) -> Iterator[yaml.Node]:
        for event in events:
            if isinstance(event, yaml.CollectionEndEvent):
                return
            yield self._node(event, events, depth + 1)
