"""The detection rules that values come to, read as the bridge will read them."""

from collections.abc import Sequence

from audit.document import Document
from audit.problems import Problem
from audit.rule_choice import chosen
from audit.settings import Settings


def problems(document: Document, settings: Settings, texts: Sequence[tuple[str, str]]) -> list[Problem]:
    """Return what is wrong with rule files, each a name and a text, and with the names of rules in a bridge's settings.

    `document` are the values that have the settings as `bridge.config`.
    """
    found = chosen(settings, texts)
    unknown = (
        document.problem(("bridge", "config", *one.path), one.want, one.got, one.cure) for one in found.complaints
    )
    return [*found.problems, *unknown]
