r"""Fluentd's configuration language, read by ourselves: sections, parameters, includes, each with its line.

The rules are those of Fluentd 1.x ("v1" syntax), as its own parser takes them:

    <name argument>     a section; it ends with </name>; sections nest
    key value           a parameter, one a line; without a value it is empty
    # comment           from the beginning of a line, or after white space behind a value
    "text"              may run over lines, knows \n and the like, and evaluates #{ruby}
    'text'              one line; knows only \' and \\; evaluates nothing
    text                to the end of the line; evaluates nothing, and # is a comment only after white space
    [...] and {...}     JSON, over lines, with comments
    @include path       what other files hold, as if it stood here

Ruby is never run here: its place is kept as it is written, and the parameter says that there is some. Tests compare what is
read with what a real Fluentd reads.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from audit.problems import Place, shown
from generator.fluentd_text import Cursor

Included = Callable[[str], Sequence[tuple[str, str]]]
"""Return the name and text of each file that an @include names."""

RESERVED = frozenset({"@type", "@id", "@label", "@log_level"})
"""Parameters that Fluentd itself takes; what else begins with @ it refuses."""

MAX_DEPTH = 50
"""Sections in each other: far above any real configuration."""

_CLOSED = frozenset({"source", "match", "filter", "system"})
"""Sections in which a parameter with another @ is refused; elsewhere Fluentd only warns."""

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*(?=[\r\n]|\Z))*")
_BLANKS = re.compile(r"[ \t]*")
_NAME = re.compile(r"[A-Za-z0-9_]+")
_ARGUMENT = re.compile(r"(?!#)[^>\r\n]*")
_KEY = re.compile(r"[^ \t\r\n]+")
_INCLUDE = re.compile(r"@?include(?=[ \t])")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its value as text, its line, whether Ruby in it is evaluated, and how it was quoted: `"`, `'`, or not."""

    name: str
    value: str
    place: Place
    ruby: bool = False
    quote: str = ""


@dataclass(slots=True)
class Section:
    """A section with what is in it; the whole file is one without a name. A parameter that is given twice is the later one."""

    name: str
    argument: str
    place: Place
    parameters: dict[str, Parameter] = field(default_factory=dict)
    sections: list["Section"] = field(default_factory=list)

    def value(self, name: str, default: str = "") -> str:
        """Return a parameter's value, or the default where it is not given."""
        found = self.parameters.get(name)
        return default if found is None else found.value

    @property
    def type(self) -> str:
        """The plugin, as @type names it; empty where it does not."""
        return self.value("@type")

    def called(self, *names: str) -> list["Section"]:
        """Return the sections right inside of this one that have one of the names, in their order."""
        return [section for section in self.sections if section.name in names]

    def walk(self) -> Iterator["Section"]:
        """Yield this section and every one inside of it."""
        yield self
        for section in self.sections:
            yield from section.walk()


def read(text: str, name: str, included: Included | None = None) -> Section:
    """Return what a configuration holds. Raises `DocumentError` at the first thing that Fluentd would not read.

    Without `included` an @include is taken as a parameter, and nothing is read for it.
    """
    root = Section("", "", Place(name, 1))
    _Reader(text, name, included, ()).fill(root)
    return root


class _Reader(Cursor):
    """One file, from its beginning."""

    def __init__(self, text: str, name: str, included: Included | None, around: tuple[str, ...]) -> None:
        super().__init__(text, name)
        self.included = included
        self.around = around
        """The files that include this one."""

    def fill(self, section: Section, depth: int = 0) -> None:
        """Read into a section up to its end tag; into one without a name up to the end of the file."""
        if depth > MAX_DEPTH:
            raise self.refused(f"at most {MAX_DEPTH} sections in each other", "one more", "take some out")
        while True:
            self.take(_SPACE)
            if self.at == len(self.text):
                if section.name:
                    raise self.refused(f"</{section.name}>", "the end of the file", "close the section")
                return
            if self.text.startswith("</", self.at):
                self._close(section)
                return
            if self.text.startswith("<", self.at):
                self._open(section, depth)
            else:
                self._parameter(section)

    def _open(self, parent: Section, depth: int) -> None:
        place = self.place()
        self.at += 1
        name = self.take(_NAME)
        if not name:
            raise self.refused("the name of a section after <", self.rest(), "write it as <match tag.**>")
        self.take(_BLANKS)
        argument = self._argument()
        if not self.text.startswith(">", self.at):
            raise self.refused(f"> after <{name}", self.rest(), "close the tag on its line")
        self.at += 1
        self.line_end(f"<{name}>")
        section = Section(name, argument, place)
        self.fill(section, depth + 1)
        parent.sections.append(section)

    def _argument(self) -> str:
        if self.text[self.at : self.at + 1] in ('"', "'"):
            argument, _ = self.quoted()
            self.take(_BLANKS)
            return argument
        return self.take(_ARGUMENT).rstrip(" \t")

    def _close(self, section: Section) -> None:
        begin = self.at
        self.at += 2
        name = self.take(_NAME)
        self.take(_BLANKS)
        if name != section.name or not self.text.startswith(">", self.at):
            end = f"</{section.name}>, for <{section.name}> on line {section.place.line}"
            opened = end if section.name else "no end tag"
            self.at = begin
            raise self.refused(opened, self.rest(), "close sections in the order in which they were opened")
        self.at += 1
        self.line_end(f"</{name}>")

    def _parameter(self, section: Section) -> None:
        place = self.place()
        if not section.name and self.take(_INCLUDE):
            key = "@include"
        elif self.text[self.at] in ('"', "'"):
            key, _ = self.quoted()
        else:
            key = self.take(_KEY)
        self.take(_BLANKS)
        if key == "@include":
            self._include(section, place)
        elif self.at == len(self.text) or self.text[self.at] in "\r\n":
            section.parameters[key] = Parameter(key, "", place)
        else:
            if key.startswith("@") and key not in RESERVED and (not section.name or section.name in _CLOSED):
                want, cure = f"one of {', '.join(sorted(RESERVED))}", "only Fluentd's own parameters begin with @"
                raise self.refused(want, repr(key), cure)
            value, ruby, quote = self.value()
            self.line_end(f"the value of {key}")
            section.parameters[key] = Parameter(key, value, place, ruby, quote)

    def _include(self, section: Section, place: Place) -> None:
        value, _, quote = self.value()
        if self.included is not None and value in self.around:
            want, cure = "files that do not include each other", "take one @include out"
            raise self.refused(want, f"{shown(value)} within itself", cure)
        self.line_end("@include")
        if self.included is None:
            section.parameters["@include"] = Parameter("@include", value, place, quote=quote)
            return
        for name, text in self.included(value):
            piece = Section("", "", Place(name, 1))
            _Reader(text, name, self.included, (*self.around, value)).fill(piece)
            section.parameters |= piece.parameters
            section.sections += piece.sections
