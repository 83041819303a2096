"""A simulation as one HTML page that needs nothing beside itself: chart, tables, light and dark, all by keyboard."""

from datetime import UTC, datetime
from functools import cache

import jinja2

from audit.outcome import DetectionLine, Outcome
from generator.simulation_chart import chart
from generator.simulation_text import kilobytes, rate
from generator.templates import page_environment

ROWS = 100
"""Rows of a table; JSON has them all."""


def page(found: Outcome, logs: list[str]) -> str:
    """Return the page; `logs` are the names of the log files."""
    return _template().render(
        found=found,
        logs=", ".join(logs),
        columns=["log", *(policy.name for policy in found.policies)],
        totals=[found.log, *(policy.volume for policy in found.policies)],
        charts={"events": chart(found, "events"), "bytes": chart(found, "bytes")},
        rows=ROWS,
        detections=list(zip(*(policy.detections for policy in found.policies), strict=True)),
    )


@cache
def _template() -> jinja2.Template:
    environment = page_environment()
    environment.filters |= {
        "kilobytes": kilobytes,
        "rate": rate,
        "moment": moment,
        "word": word,
        "thousands": thousands,
    }
    return environment.get_template("simulation.html.j2")


def moment(seconds: float) -> str:
    """Return a time in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def thousands(number: int) -> str:
    """Return a whole number with commas."""
    return f"{number:,}"


def word(line: DetectionLine) -> str:
    """Return what becomes of a detection: what the policy says, unless the log has requests that it loses."""
    return "partly" if line.word == "sees" and line.seen < line.matched else line.word
