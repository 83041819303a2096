"""The list of checks, and a run of all of them."""

from generator.checks import run
from generator.objects import objects
from tests.support.rendered import DEPLOYMENT, changed, files, inputs


def test_a_run_makes_every_check_but_those_that_are_named() -> None:
    report = run(inputs(), changed(DEPLOYMENT, "port: admin", "port: amdin"), ("dry-run", "selectors"))
    assert ["pods"] == [one.check for one in report.findings]
    assert ["dry-run", "selectors"] == [one.check for one in report.skipped]
    assert len(objects(files())) == report.objects


def test_what_is_rendered_passes() -> None:
    assert () == run(inputs(), files(), ("dry-run",)).findings
