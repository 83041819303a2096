"""The list of checks, and a run of all of them."""

import re
from pathlib import Path

from generator.checks import CHECKS, run
from generator.objects import objects
from tests.support.rendered import DEPLOYMENT, changed, files, inputs

PAGE = Path(__file__).parent.parent.parent / "docs" / "validate.md"


def test_a_run_makes_every_check_but_those_that_are_named() -> None:
    report = run(inputs(), changed(DEPLOYMENT, "port: admin", "port: amdin"), ("dry-run", "selectors"))
    assert ["pods"] == [one.check for one in report.findings]
    assert ["dry-run", "selectors"] == [one.check for one in report.skipped]
    assert len(objects(files())) == report.objects


def test_what_is_rendered_passes() -> None:
    assert () == run(inputs(), files(), ("dry-run",)).findings


def test_the_page_says_what_each_check_is() -> None:
    assert list(CHECKS) == re.findall(r"^### `([\w-]+)`", PAGE.read_text("utf-8"), re.MULTILINE)
