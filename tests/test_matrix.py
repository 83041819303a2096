"""Every pair of choices that values offer: rendered, read back, and checked by everything that `validate` knows, and yamllint.

The choices are those of the model (tests/support/matrix.py). AUDIT_TEST_MATRIX=full takes every release at which something changes.
"""

from collections.abc import Mapping
from functools import cache

from yamllint import linter  # type: ignore[import-untyped]
from yamllint.config import YamlLintConfig  # type: ignore[import-untyped]

from generator.checks import run
from generator.errors import GeneratorError
from tests.support import matrix
from tests.support.pairwise import Row

OTHERS = ("policy", "alerts", "dry-run")
"""Checks whose findings are no fault of what is rendered, or that have a test of their own."""

LINT = YamlLintConfig("{extends: default, rules: {line-length: disable}}")


LINTED = 1 if matrix.FULL else 3
"""yamllint is slow: every day it sees each third row, which has every file in every form but for a few."""


def described(row: Row) -> str:
    defaults = {name: values[0] for name, values in matrix.dimensions().items()}
    return " ".join(f"{name}={value}" for name, value in row.items() if value != defaults[name]) or "the defaults"


@cache
def lint(text: str) -> list[str]:
    return [str(problem) for problem in linter.run(text, LINT)]


def test_every_choice_is_in_some_row() -> None:
    """One that never is needs another value beside itself, which COMPANIONS in tests/support/matrix.py names."""
    held = {cell for row in matrix.covered().rows for cell in row.items()}
    choices = {(name, value) for name, values in matrix.dimensions().items() for value in values[1:]}
    missing = sorted(choices - held)
    assert {} == {cell: refused.why for cell in missing if (refused := matrix.refusal(dict([cell])))}
    assert [] == missing


def test_a_pair_is_refused_for_one_of_the_two() -> None:
    """Or for what one of them needs beside itself; not for a third value, of which the user said nothing."""
    strange = {
        " ".join(map("=".join, sorted(pair))): refusal.why
        for pair, refusal in matrix.covered().refused.items()
        if not any(matrix.common(name, blamed) for name in matrix.said(pair) for blamed in refusal.blamed)
    }
    assert {} == strange


def test_every_row_renders_to_what_is_right() -> None:
    wrong: dict[str, list[str]] = {}
    for at, row in enumerate(matrix.covered().rows):
        if found := problems(row, lint_yaml=at % LINTED == 0):
            wrong[described(row)] = found
    assert {} == wrong


def problems(row: Row, *, lint_yaml: bool) -> list[str]:
    try:
        files = matrix.rendered(matrix.key(row))
    except GeneratorError as error:
        return [str(error)]
    report = run(matrix.loaded(matrix.key(row)), files, OTHERS)
    found = [str(one) for one in report.findings if one.severity != "note"]
    return [*found, *yaml_problems(files)] if lint_yaml else found


def yaml_problems(files: Mapping[str, str]) -> list[str]:
    return [
        f"{path}:{problem}"
        for path, text in files.items()
        if path.endswith((".yaml", ".yml"))
        for problem in lint(text)
    ]
