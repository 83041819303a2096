"""The sinks of the configuration with the secrets that it only names, and with the rules that each is told of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from audit.rules import SEVERITIES, Pack, Told
from audit.sinks import Sink, is_address
from bridge.errors import ConfigError
from bridge.posting import Address
from bridge.secret import Secret

Read = Callable[[Path, str], str]
"""Reads a file that a key names; raises ConfigError."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A sink that can be sent to."""

    sink: Sink
    address: Address

    def same(self, other: "Ready") -> bool:
        """Tell whether nothing differs."""
        return self.sink == other.sink and self.address.parts == other.address.parts


def ready(sinks: Sequence[Sink], names: Sequence[str], read: Read, environment: Mapping[str, str]) -> tuple[Ready, ...]:
    """Return the sinks with their secrets, or only those of some names. Raises ConfigError."""
    wanted = ((at, sink) for at, sink in enumerate(sinks) if not names or sink.name in names)
    return tuple(Ready(sink, _address(sink, at, read, environment)) for at, sink in wanted)


def told(sink: Sink, pack: Pack) -> dict[str, Told]:
    """Return the rules that a sink is told of, by their names."""
    return {one.name: one for one in pack.told() if _wants(sink, one)}


def _wants(sink: Sink, one: Told) -> bool:
    least = sink.severity or ("informational" if sink.rules else "high")
    if SEVERITIES.index(one.about.severity) < SEVERITIES.index(least):
        return False
    return not sink.rules or any(fnmatchcase(one.name, pattern) for pattern in sink.rules)


def _address(sink: Sink, at: int, read: Read, environment: Mapping[str, str]) -> Address:
    key = f"notify[{at}]"
    url, where = _url(sink, key, read, environment)
    if not is_address(url):
        got = "something else" if url else "nothing"
        raise ConfigError(
            f"{where}: expected an address that begins with https:// or http://, got {got} - write the whole address"
        )
    token = read(Path(sink.token_file), f"{key}.token_file").strip() if sink.token_file else ""
    if sink.token_file and not (token.isascii() and token.isprintable() and token):
        got = "characters that no header may have" if token else "nothing"
        raise ConfigError(f"{sink.token_file} ({key}.token_file): expected a token, got {got} - check the file")
    if sink.ca_file:
        read(Path(sink.ca_file), f"{key}.ca_file")
    return Address(Secret(url), Secret(token) if token else None, sink.ca_file)


def _url(sink: Sink, key: str, read: Read, environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the address, and where it comes from."""
    if sink.url_file:
        return read(Path(sink.url_file), f"{key}.url_file").strip(), f"{sink.url_file} ({key}.url_file)"
    if sink.url_env:
        return environment.get(sink.url_env, "").strip(), f"the environment variable {sink.url_env} ({key}.url_env)"
    return sink.url or "", f"{key}.url"
