"""The command of an exec, which stands in the request's query even at level Metadata: `?command=sh&command=-c&command=...`."""

import shlex
from collections.abc import Sequence
from urllib.parse import parse_qsl


def words(uri: str) -> tuple[str, ...]:
    """Return the command's words in their order, decoded; none where the URI has none. A key may be encoded too."""
    pairs = parse_qsl(uri.partition("?")[2], keep_blank_values=True)
    return tuple(value for key, value in pairs if key == "command")


def text(words: Sequence[str]) -> str:
    """Return a command as a shell would take it, each word quoted where it must be."""
    return shlex.join(words)
