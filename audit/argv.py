"""A command line without what may be secret in it: values after telling flags, values of variables, what follows `-p`.

It applies to what is executed in a container and to `command` and `args` of containers. Text for a shell (`sh -c "..."`) is read
word by word, so that the same rules hold within it. What is typed later, or piped, no rule can know.
"""

import re
from collections.abc import Sequence
from typing import Literal

from audit.credentials import Credentials
from audit.shapes import MASK

Mode = Literal["keep", "credentials", "program", "drop"]

_FLAG = re.compile(r"--?(?P<name>[\w.-]{1,256})(?:(?P<sign>=)(?P<value>.*))?", re.DOTALL)
_TELLING = re.compile(r"pass|pwd|token|secret|key|cred|auth|bearer", re.IGNORECASE)
_VARIABLE = re.compile(r"(?P<name>[A-Za-z_]\w*)(?P<sign>=)(?P<value>.*)", re.ASCII | re.DOTALL)
_HEADER = re.compile(r"""["']?(?P<name>[\w-]{1,256}):(?P<sign>\s*)(?P<value>\S.*)""", re.ASCII | re.DOTALL)
_WORDS = re.compile(r"""(?:"[^"]*"?|'[^']*'?|[^\s"'])+|\s+""")

# Flags of one letter after which these programs take a password, apart (`-u user:pw`) or at once (`-psecret`).
_LETTERS = {
    "curl": "u",
    "docker": "p",
    "ldapsearch": "w",
    "ldapmodify": "w",
    "mariadb": "p",
    "mariadb-dump": "p",
    "mongo": "p",
    "mongodump": "p",
    "mongosh": "p",
    "mysql": "p",
    "mysqladmin": "p",
    "mysqldump": "p",
    "nerdctl": "p",
    "podman": "p",
    "redis-cli": "a",
    "smbclient": "U",
    "sqlcmd": "P",
    "sshpass": "p",
    "unzip": "P",
    "zip": "P",
}


def without(words: Sequence[str], mode: Mode, credentials: Credentials) -> list[str]:
    """Return a command's words with `MASK` in the place of what is secret, or of all arguments, or of everything."""
    if mode == "keep" or not words:
        return list(words)
    if mode == "drop":
        return [MASK]
    if mode == "program":
        return [words[0], MASK] if len(words) > 1 else [_Reading(credentials).word(words[0])]
    reading = _Reading(credentials)
    return [reading.word(word) for word in words]


class _Reading:
    """Reads words in their order, for a word may tell what the next one is."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._letters = ""  # flags that take a password, of the programs named so far
        self._value_comes = False

    def word(self, word: str) -> str:
        """Return one argument, which may be a text for a shell."""
        parts = _WORDS.findall(word)
        header = _HEADER.match(word)
        if len(parts) < 2 or (header and self._credentials.named(header["name"])):
            return self._single(word)
        if self._value_comes:
            self._value_comes = False
            return MASK
        read = "".join(part if part.isspace() else self._single(part) for part in parts)
        return self._credentials.without(read)

    def _single(self, word: str) -> str:
        comes, self._value_comes = self._value_comes, False
        self._letters += _LETTERS.get(word.rpartition("/")[2], "")
        if match := _FLAG.fullmatch(word):
            return self._flag(word, match)
        if comes:
            return MASK
        if (match := _VARIABLE.fullmatch(word)) and self._is_secret(match["name"], variable=True):
            return _assigned(word, match)
        if (match := _HEADER.match(word)) and self._credentials.named(match["name"]):
            return _assigned(word, match)
        return self._credentials.without(word)

    def _flag(self, word: str, match: re.Match[str]) -> str:
        name, value = match["name"], match["value"]
        letter = name[0]
        if not word.startswith("--") and letter in self._letters:
            self._value_comes = name == letter and value is None
            return word if self._value_comes else f"-{letter}{MASK}"
        if not self._is_secret(name):
            return self._credentials.without(word)
        if value is None:
            self._value_comes = True
            return word
        return _assigned(word, match)

    def _is_secret(self, name: str, *, variable: bool = False) -> bool:
        """Tell whether a flag, or an upper-case variable whatever its name, takes a value that may be secret."""
        return (variable and name.isupper()) or bool(_TELLING.search(name)) or self._credentials.named(name)


def _assigned(word: str, match: re.Match[str]) -> str:
    return word[: match.start("value")] + MASK if match["value"] else word
