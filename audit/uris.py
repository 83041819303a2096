"""A request's URI without what may be secret in it: parameters named like credentials, commands, what goes to a proxied server.

The URI is written at every level. What is kept is kept to the letter: nothing is encoded anew but what was changed.
"""

import re
from urllib.parse import quote_plus, unquote, unquote_plus

from audit import argv, shapes
from audit.argv import Mode
from audit.credentials import Credentials
from audit.scanning import searcher
from audit.shapes import MASK

_PARAMETERS = frozenset({"auth", "bearer", "code", "jwt", "key", "pass", "sig", "signature", "state"})
"""Names of parameters that are credentials wherever they stand, beside the configured ones."""
_SEPARATORS = re.compile(r"([&;])")
_PROXY = re.compile(r"/proxy(?:/|$)")
_COMMAND = "command"

# An encoded letter, digit, `_`, `-` or `.`: nobody needs that, and it hides a name.
_HIDING = r"%(?i:2d|2e|3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])"

_ENCODED_URI = "(?i:%3a(?:%2f|/){2}[^&;]*(?:%40|@))"


class Uris:
    """Cleans URIs; knows which names are credentials, and what becomes of commands."""

    def __init__(self, credentials: Credentials, commands: Mode) -> None:
        self._credentials = credentials
        self._commands = commands
        names = "|".join(sorted(_PARAMETERS))
        self._marked = searcher(
            rf"\?(?:.*[&;])?(?i:(?:{names}|{_COMMAND})=)|{credentials.in_uri}|{_HIDING}|{_ENCODED_URI}|/proxy(?:[/?\n]|$)"
            rf"|{shapes.PATTERN}"
        )

    def marked(self, uri: str) -> bool:
        """Tell, quickly, whether there may be something to remove beside shapes of credentials in the path."""
        return ("?" in uri or "/proxy" in uri) and (not uri.isascii() or self._marked(uri))

    def without(self, uri: str) -> tuple[str, list[str]]:
        """Return the URI without secrets, and what was removed: `query`, `command`, `path`."""
        path, mark, query = uri.partition("?")
        proxied = _PROXY.search(path)
        clean_path = self._proxied(path, proxied.end()) if proxied else shapes.without(path)
        pieces = _SEPARATORS.split(query)  # a parameter, a separator, a parameter, ...
        places = [number for number in range(0, len(pieces), 2) if _name(pieces[number]) == _COMMAND]
        commands = frozenset(places)
        clean_pieces = [
            piece if number % 2 or number in commands else self._parameter(piece, bool(proxied))
            for number, piece in enumerate(pieces)
        ]
        done = ["path"] if clean_path != path else []
        done += ["query"] if clean_pieces != pieces else []
        words = [unquote_plus(pieces[number].partition("=")[2]) for number in places]
        clean_words = argv.without(words, self._commands, self._credentials)
        if clean_words != words:
            done.append(_COMMAND)
            clean_pieces = _with_words(clean_pieces, places, words, clean_words)
        return clean_path + mark + "".join(clean_pieces), done

    def _parameter(self, piece: str, proxied: bool) -> str:
        """Mask a parameter's value; of a proxied server's parameters nobody knows which are secret."""
        name, sign, value = piece.partition("=")
        if not value or value == MASK:
            return piece
        plain = _name(piece)
        if proxied or plain in _PARAMETERS or self._credentials.named(plain):
            return name + sign + MASK
        decoded = unquote_plus(value)
        return piece if self._credentials.without(decoded) == decoded else name + sign + MASK

    def _proxied(self, path: str, start: int) -> str:
        """Mask what follows a part of a proxied path that is named like a credential (`/proxy/token/abc`)."""
        parts = shapes.without(path[start:]).split("/")
        for number in range(1, len(parts)):
            if parts[number] and self._credentials.named(unquote(parts[number - 1])):
                parts[number] = MASK
        return path[:start] + "/".join(parts)


def _name(piece: str) -> str:
    return unquote_plus(piece.partition("=")[0]).lower()


def _with_words(pieces: list[str], at: list[int], before: list[str], words: list[str]) -> list[str]:
    """Write what changed of a command into its parameters, and leave out those that are too many, with a separator each."""
    for number, was, word in zip(at, before, words, strict=False):
        if was != word:
            pieces[number] = f"{_COMMAND}={quote_plus(word, safe='()/')}"
    too_many = set(at[len(words) :])
    return [piece for number, piece in enumerate(pieces) if number not in too_many and number + 1 not in too_many]
