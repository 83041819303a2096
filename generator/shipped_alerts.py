"""The alerts of the shipped rules, kept as data: reading the rules takes a third of a rendering, and few values change them.

`make golden` writes `shipped_alerts.json` from the rules, and `make check` compares the two.
"""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from audit.loggly_links import link
from audit.settings import Rules
from generator.alert import Alert

FILE = Path(__file__).with_name("shipped_alerts.json")


def are_all(rules: Rules) -> bool:
    """Tell whether settings of rules leave exactly the shipped ones; which severities get a tag makes no difference."""
    return rules.model_copy(update={"tagged": Rules().tagged}) == Rules()


def read(account: str) -> list[Alert]:
    """Return the kept alerts, with links to an account."""
    found = [
        Alert(**{**one, "tags": tuple(one["tags"]), "false_positives": tuple(one["false_positives"])})
        for one in _kept()
    ]
    return [replace(one, link=link(account, one.search, f"-{one.window_minutes}m")) for one in found]


def _kept() -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))
    return kept


def text() -> str:
    """Return what is to be kept, from the rules themselves."""
    from audit.builtin import builtin  # noqa: PLC0415 - what is kept is kept so that this is not read
    from generator.alerts import of_rules  # noqa: PLC0415 - which reads what is kept

    return json.dumps([asdict(one) for one in of_rules(builtin().pack.told())], indent=1) + "\n"
