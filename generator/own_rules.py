"""The user's own detection rules, read as the bridge will read them."""

from collections.abc import Sequence

from audit.builtin import files as shipped
from audit.problems import Problem
from audit.sigma import read_rules


def problems(texts: Sequence[tuple[str, str]], *, builtin: bool) -> list[Problem]:
    """Return what is wrong with rule files, each a name and a text, beside the shipped ones where those are in use."""
    return read_rules([*(shipped() if builtin else ()), *texts]).problems
