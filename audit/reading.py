"""YAML text to plain data, with the line of every value.

YAML 1.1 as Kubernetes' own tools read it, minus what surprises: dates and `12:30` stay text, a key written twice is an
error, and so is a key that is not text (`on:` is `true` in YAML 1.1). The data is always JSON: maps with text keys,
lists, text, numbers, true, false and null. Aliases and merge keys work; what they multiply to is bounded.
"""

from typing import Any, NoReturn

import yaml

from audit.problems import DocumentError, Path, Problem, path_text, shown

MAX_VALUES = 100_000
"""Values in one document once its aliases are followed: far above any real file, far below an alias bomb."""

MAX_DEPTH = 60
"""Nesting in one document; Kubernetes manifests stay under 20."""

_TAG = "tag:yaml.org,2002:"


class _Bounded(yaml.composer.Composer):
    """PyYAML's composer with bounded nesting: it recurses once a level."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, f"more than {MAX_DEPTH} levels", self.mark())
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def mark(self) -> yaml.Mark | None:
        """Return the place that is being read, where that is known."""
        return None


class _Loader(_Bounded, yaml.SafeLoader):
    """PyYAML itself: it says well what is wrong."""

    def mark(self) -> yaml.Mark | None:
        mark: yaml.Mark = self.get_mark()
        return mark


_CParser: Any = yaml.cyaml.CParser if yaml.__with_libyaml__ else object  # type: ignore[attr-defined]


class _QuickLoader(_Bounded, _CParser, yaml.resolver.Resolver):  # type: ignore[misc]
    """The same with libyaml's parser, which takes a tenth of the time."""

    def __init__(self, text: str) -> None:
        _CParser.__init__(self, text)
        yaml.composer.Composer.__init__(self)
        yaml.resolver.Resolver.__init__(self)


def _quickly(text: str) -> yaml.Node | None:
    """Return the root of a text with nothing wrong in it; None for every other."""
    if not yaml.__with_libyaml__:
        return None
    try:
        root: yaml.Node | None = _QuickLoader(text).get_single_node()
    except (yaml.YAMLError, ValueError, OverflowError):
        return None
    return root


def parse(text: str, name: str) -> tuple[Any, dict[Path, int]]:
    """Return the data and the line of every path; an empty text is None. Raises `DocumentError`."""
    loader: _Loader | None = None
    try:
        root = _quickly(text)
        if root is None:
            loader = _Loader(text)
            root = loader.get_single_node()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _syntax(name, line, f"the character U+{ord(text[error.position]):04X}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _syntax(name, mark.line + 1 if mark else None, error.problem or "a mistake") from error
    except (ValueError, OverflowError) as error:  # an escape or a directive with a number out of range
        raise _syntax(name, loader.line + 1 if loader else None, "a number out of range") from error
    if root is None:
        return None, {}
    build = _Build(name)
    return build.value(root, (), root.start_mark.line + 1), build.lines


def _syntax(name: str, line: int | None, got: str) -> DocumentError:
    cure = "indent with spaces" if "'\\t'" in got else "correct the syntax here or just above"
    return DocumentError([Problem(name, line, "", "well-formed YAML", got, cure)])


class _Build:
    """One walk over the nodes of one document."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path, int] = {}
        self._count = 0

    def _bound(self, more: int, depth: int, line: int) -> None:
        self._count += more
        if self._count > MAX_VALUES or depth > MAX_DEPTH:
            self._refuse(line, (), "a document of reasonable size", "aliases that multiply without end", "write it out")

    def value(self, node: yaml.Node, path: Path, line: int) -> Any:
        self._bound(1, len(path), line)
        self.lines[path] = line
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return {
                key: self.value(child, (*path, key), at) for key, (child, at) in self._entries(node, path, 0).items()
            }
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            items = enumerate(node.value)
            return [self.value(child, (*path, index), child.start_mark.line + 1) for index, child in items]
        return self._scalar(node, path, line)

    def _entries(self, node: yaml.MappingNode, path: Path, depth: int) -> dict[str, tuple[yaml.Node, int]]:
        """Return the keys of a map with their nodes and lines; its own keys win over merged ones."""
        self._bound(len(node.value), depth, node.start_mark.line + 1)
        own: dict[str, tuple[yaml.Node, int]] = {}
        merged: dict[str, tuple[yaml.Node, int]] = {}
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            if key_node.tag == _TAG + "merge":
                merged = {**self._merged(child, path, depth), **merged}
                continue
            key = self._scalar(key_node, path, line) if isinstance(key_node, yaml.ScalarNode) else None
            if not isinstance(key, str):
                self._refuse(line, path, "a key that is text", "another kind of value", "put the key in quotes")
            if key in own:
                once = f"the key once (first on line {own[key][1]})"
                self._refuse(line, (*path, key), once, "it again", "remove one of the two")
            own[key] = (child, line)
        return {**merged, **own}

    def _merged(self, node: yaml.Node, path: Path, depth: int) -> dict[str, tuple[yaml.Node, int]]:
        found: dict[str, tuple[yaml.Node, int]] = {}
        for source in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            if not isinstance(source, yaml.MappingNode):
                line = node.start_mark.line + 1
                self._refuse(line, (*path, "<<"), "a map or a list of maps", "another kind of value", "name an anchor")
            found = {**self._entries(source, path, depth + 1), **found}
        return found

    def _scalar(self, node: yaml.Node, path: Path, line: int) -> Any:
        kind = node.tag.removeprefix(_TAG)
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        try:
            return _scalar(kind, text)
        except (ValueError, KeyError):
            got = shown(text, path) if kind in ("int", "float", "bool", "str") else f"the tag {node.tag!r}"
            self._refuse(line, path, "text, a number, true, false, null, a list or a map", got, "put it in quotes")

    def _refuse(self, line: int, path: Path, want: str, got: str, cure: str) -> NoReturn:
        raise DocumentError([Problem(self.name, line, path_text(path), want, got, cure)])


def _scalar(kind: str, text: str) -> Any:
    """Return the value of a scalar; ValueError or KeyError where the text does not fit the tag."""
    match kind:
        case "null":
            return None
        case "bool":
            return yaml.SafeLoader.bool_values[text.lower()]
        case "int" | "float" if ":" not in text:  # YAML 1.1 reads 12:30 as 750
            return _number(kind, text)
        case "str" | "timestamp" | "value" | "int" | "float":
            text.encode()  # a lone surrogate, written as an escape, is a UnicodeEncodeError: a ValueError
            return text
        case _:
            raise ValueError(kind)


def _number(kind: str, text: str) -> int | float:
    digits = text.replace("_", "")
    if kind == "float":
        number = float(digits)  # YAML's .inf and .nan do not parse here: neither is a setting of anything
        if number - number != 0:
            raise ValueError(text)
        return number
    sign, magnitude = (-1, digits[1:]) if digits.startswith("-") else (1, digits.removeprefix("+"))
    octal = magnitude.startswith("0") and magnitude.isdecimal() and magnitude != "0"
    whole = sign * (int(magnitude, 8) if octal else int(magnitude, 0))
    if abs(whole) >= 1 << 63:
        raise ValueError(text)
    return whole
