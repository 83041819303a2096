"""The detection rules that the settings want, read anew only where something has changed."""

from collections.abc import Callable
from functools import lru_cache

from audit.problems import Problem, path_text
from audit.rule_choice import Chosen, chosen
from audit.rules import Pack
from audit.settings import Settings
from bridge.errors import ConfigError


def load(settings: Settings, text: Callable[[str], str]) -> tuple[Pack, tuple[str, ...]]:
    """Return the rules, and a sentence for each that never matches; the same object while nothing has changed.

    `text` reads a file. Raises ConfigError with everything that is wrong.
    """
    files = tuple((name, text(name)) for name in settings.rules.files)
    wanted = Settings(rules=settings.rules, notify=settings.notify)
    found = _chosen(wanted, files)
    unknown = [
        Problem("(configuration)", None, path_text(one.path), one.want, one.got, one.cure) for one in found.complaints
    ]
    if problems := [*found.problems, *unknown]:
        raise ConfigError("\n".join(map(str, problems)))
    return found.pack, tuple(map(str, found.warnings))


@lru_cache(maxsize=2)
def _chosen(settings: Settings, files: tuple[tuple[str, str], ...]) -> Chosen:
    return chosen(settings, files)
