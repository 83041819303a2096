"""The bridge's configuration: the file, `--set`, the environment, and the secrets that the file only names.

An error is a sentence with place, want, got and cure; the content of a secret never is a part of it.
"""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from audit.document import DocumentError, check, layered, read, setting
from audit.filtering import with_stages
from audit.policy import Policy
from audit.presets import PRESETS, preset
from audit.rules import Pack
from audit.settings import Filter, Forward, Settings
from bridge import rules, webhook_guard
from bridge.errors import ConfigError
from bridge.handshake import Secrets
from bridge.secret import Secret
from bridge.server_context import server_context, why
from bridge.sinks import Ready, ready
from bridge.webhook_guard import Guard

URL_VARIABLE = "LOGGLY_URL"
TOKEN_VARIABLE = "LOGGLY_TOKEN"  # noqa: S105 - the variable's name


@dataclass(frozen=True, slots=True)
class Config:
    """All that the bridge runs with."""

    settings: Settings
    token: Secret
    secrets: Secrets | None
    tls: ssl.SSLContext | None
    policy: Policy | None = None
    warnings: tuple[str, ...] = ()
    """What an API server would ignore in the filter's policy, a sentence each."""
    pack: Pack = field(default_factory=Pack)
    """The detection rules; the same object while they are the same."""
    never: tuple[str, ...] = ()
    """What never matches in them, a sentence each."""
    sinks: tuple[Ready, ...] = ()
    """Who is told of them beside Loggly."""
    guard: Guard = field(default_factory=Guard)
    """What is asked of clients of the webhook."""


def settings(path: str | None, sets: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Read the settings, without the secrets; raises ConfigError with everything that is wrong."""
    try:
        file = read(_text(Path(path), "--config") if path else "", path or "(no file)")
        address = environment.get(URL_VARIABLE)
        url = [setting(f"loggly.url={address}")] if address else []
        return check(layered(file, *url, *map(setting, sets)), Settings)
    except DocumentError as error:
        raise ConfigError(str(error)) from None


def load(path: str | None, sets: Sequence[str], environment: Mapping[str, str]) -> Config:
    """Read everything; raises ConfigError."""
    found = settings(path, sets, environment)
    policy, warnings = filter_policy(found.filter)
    token, secrets = _token(found, environment), _secrets(found.forward)
    pack, never = detection_rules(found)
    told = sinks(found, (), environment)
    guard = webhook_guard.load(found.webhook, lambda file: _text(Path(file), "webhook.token_file"))
    return Config(found, token, secrets, server_context(found.forward.tls), policy, warnings, pack, never, told, guard)


def detection_rules(settings: Settings) -> tuple[Pack, tuple[str, ...]]:
    """Return the rules, and a sentence for each that never matches; raises ConfigError."""
    return rules.load(settings, lambda file: _text(Path(file), "rules.files"))


def sinks(settings: Settings, names: Sequence[str], environment: Mapping[str, str]) -> tuple[Ready, ...]:
    """Return the sinks with their secrets, or only those of some names; raises ConfigError."""
    return ready(settings.notify, names, _text, environment)


def filter_policy(settings: Filter) -> tuple[Policy | None, tuple[str, ...]]:
    """Return what the filter applies, and what is ignored in its file; a file goes before a preset of the same name.

    Raises ConfigError.
    """
    named = settings.policy_file
    if named is None:
        return with_stages(None, settings.omit_stages), ()
    is_preset = named in PRESETS and not Path(named).exists()
    text = preset(named) if is_preset else _text(Path(named), "filter.policy_file")
    from audit import policy_reading  # noqa: PLC0415 - few have one, and each start would wait for it

    try:
        reading = policy_reading.read(text, named)
    except DocumentError as error:
        raise ConfigError(str(error)) from None
    return with_stages(reading.policy, settings.omit_stages), tuple(map(str, reading.warnings))


def _token(settings: Settings, environment: Mapping[str, str]) -> Secret:
    file = settings.loggly.token_file
    where = f"{file} (loggly.token_file)" if file else f"the environment variable {TOKEN_VARIABLE}"
    token = (_text(Path(file), "loggly.token_file") if file else environment.get(TOKEN_VARIABLE, "")).strip()
    if not token:
        raise ConfigError(
            f"{where}: expected Loggly's customer token, got nothing - "
            f"set loggly.token_file to a file that holds it, or {TOKEN_VARIABLE}"
        )
    if not token.isascii() or not all(character.isalnum() or character in "-._~" for character in token):
        raise ConfigError(
            f"{where}: expected a customer token of letters, digits and '-', got other characters - check it"
        )
    return Secret(token)


def _secrets(forward: Forward) -> Secrets | None:
    if not forward.shared_key_file:
        return None
    key = _text(Path(forward.shared_key_file), "forward.shared_key_file").strip("\r\n")
    if not key:
        raise ConfigError(f"{forward.shared_key_file}: expected the shared key, got nothing - write it into the file")
    return Secrets(key.encode(), _users_of(forward, forward.users_file) if forward.users_file else {})


def _users_of(forward: Forward, file: str) -> dict[str, str]:
    """Read the users, those of other clusters among them."""
    users = _users(file)
    for far in forward.clusters:
        if far.user not in users:
            raise ConfigError(
                f"{file}: expected {far.user!r}, the user of cluster {far.cluster!r}, got no such line - "
                "add NAME:PASSWORD or change forward.clusters"
            )
    return users


def _users(file: str) -> dict[str, str]:
    users: dict[str, str] = {}
    for number, line in enumerate(_text(Path(file), "forward.users_file").splitlines(), start=1):
        name, colon, password = line.partition(":")
        if not line.strip() or line.startswith("#"):
            continue
        if not (name and colon and password):
            raise ConfigError(f"{file}:{number}: expected NAME:PASSWORD, got another form - write one user a line")
        users[name] = password
    if not users:
        raise ConfigError(
            f"{file}: expected at least one NAME:PASSWORD, got none - add a user or remove forward.users_file"
        )
    return users


def _text(path: Path, key: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} ({key}): expected a file to read, got: {why(error)} - check the path") from None
