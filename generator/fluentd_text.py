"""The texts of Fluentd's configuration language, each from where it begins to where it ends: quoted or not, JSON, Ruby."""

import json
import re

from audit.problems import DocumentError, Place, Problem, shown

_LINE_END = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r?\n|\r|\Z)")
_TO_LINE_END = re.compile(r"[^\r\n]*?(?=[ \t]+#|[ \t]*(?:[\r\n]|\Z))")
_COMMENT = re.compile(r"[^\r\n]*")
_ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "f": "\f", "b": "\b", "0": "\0"}


class Cursor:
    """A text and how far it is read; every error is a `DocumentError` with the line."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.at = 0

    def value(self) -> tuple[str, bool, str]:
        """Return a value, whether Ruby in it is evaluated, and its quote."""
        first = self.text[self.at : self.at + 1]
        if first in ('"', "'"):
            value, ruby = self.quoted()
            return value, ruby, first
        if first in ("[", "{"):
            value, ruby = self.json()
            return value, ruby, ""
        begin = self.at
        end = _TO_LINE_END.match(self.text, begin + (first == "#"))
        self.at = end.end() if end else len(self.text)
        return self.text[begin : self.at], False, ""

    def quoted(self) -> tuple[str, bool]:
        """Return the text in the quotes at the cursor, and whether Ruby in it is evaluated."""
        quote, place = self.text[self.at], self.place()
        self.at += 1
        parts: list[str] = []
        ruby = False
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == quote:
                self.at += 1
                return "".join(parts), ruby
            if char in "\r\n" and quote == "'":
                break
            if char == "\\":
                parts.append(self._escape(quote))
            elif quote == '"' and self.text.startswith("#{", self.at):
                parts.append(self._ruby())
                ruby = True
            else:
                parts.append(char)
                self.at += 1
        problem = Problem(self.name, place.line, "", f"{quote} at the end of the text", "none", "close the quotes")
        raise DocumentError([problem])

    def _escape(self, quote: str) -> str:
        r"""Return what a backslash and the character behind it stand for; \ before a line's end joins the lines."""
        char = self.text[self.at + 1 : self.at + 2]
        if quote == "'":
            known = char in ("'", "\\")
            self.at += 2 if known else 1
            return char if known else "\\"
        if char.isascii() and char.isalnum() and char not in _ESCAPES:
            raise self.refused(
                "an escape that Fluentd knows: \\r \\n \\t \\f \\b \\0", f"\\{char}", "write \\\\ for a backslash"
            )
        self.at += 2
        return "" if char == "\n" else _ESCAPES.get(char, char)

    def _ruby(self) -> str:
        """Return embedded Ruby as it is written, braces and all; braces within its texts do not count."""
        begin, depth, inside = self.at, 0, ""
        while self.at < len(self.text):
            char = self.text[self.at]
            if inside:
                inside = "" if char == inside else inside
                self.at += char == "\\"
            elif char in "\"'":
                inside = char
            elif char == "{":
                depth += 1
            elif char == "}":
                depth -= 1
                if depth == 0:
                    self.at += 1
                    return self.text[begin : self.at]
            self.at += 1
        self.at = begin
        raise self.refused("} at the end of the Ruby", "none", "close the brace")

    def json(self) -> tuple[str, bool]:
        """Return JSON in one line; Ruby within its texts stays as it is written."""
        begin, parts, ruby, text = self.at, [], False, False
        depth = 0
        while self.at < len(self.text):
            char = self.text[self.at]
            if text and self.text.startswith("#{", self.at):
                parts.append(json.dumps(self._ruby())[1:-1])
                ruby = True
                continue
            if char == "#" and not text:
                self.take(_COMMENT)
                continue
            width = 2 if text and char == "\\" else 1
            parts.append(self.text[self.at : self.at + width])
            self.at += width
            text ^= char == '"'
            depth += 0 if text else (char in "[{") - (char in "]}")
            if depth == 0:
                try:
                    return json.dumps(json.loads("".join(parts)), ensure_ascii=False, separators=(",", ":")), ruby
                except ValueError:
                    break
        self.at = begin
        raise self.refused(
            "JSON to its closing bracket", self.rest(), "close it, or quote a text that begins like JSON"
        )

    def take(self, pattern: re.Pattern[str]) -> str:
        """Return what a pattern matches at the cursor, and go behind it; an empty text where it does not."""
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match[0]

    def line_end(self, after: str) -> None:
        """Go to the next line; nothing but blanks and a comment may stand before it."""
        if _LINE_END.match(self.text, self.at) is None:
            raise self.refused(f"the end of the line after {after}", self.rest(), "begin another line")
        self.take(_LINE_END)

    def rest(self) -> str:
        """Echo what stands at the cursor, cut."""
        rest = re.split(r"[\r\n]", self.text[self.at : self.at + 40])[0]
        return shown(rest) if rest else "the end of the line"

    def place(self) -> Place:
        """Return the line of the cursor."""
        return Place(self.name, self.text.count("\n", 0, self.at) + 1)

    def refused(self, want: str, got: str, cure: str) -> DocumentError:
        """Return the error about what stands at the cursor."""
        return DocumentError([Problem(self.name, self.place().line, "", want, got, cure)])
