"""Spans of time as people write them on a command line: `90d`, `12h`, `30m`."""

import re
from datetime import timedelta
from typing import Any

import click

_UNITS = {"y": timedelta(days=365), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
LONGEST = timedelta(days=100 * 365)
"""A certificate's end has to be a date that every reader knows."""


class Span(click.ParamType[timedelta]):
    """A whole number with its unit, more than nothing and at most a hundred years."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it, or refuse it with an example."""
        if isinstance(value, timedelta):
            return value
        match = re.fullmatch(r"([0-9]{1,9})([ydhm])", str(value))
        if match is None:
            self.fail(f"expected a number with its unit, such as 90d, 12h or 30m, got {value!r}", param, ctx)
        span = int(match[1]) * _UNITS[match[2]] if int(match[1]) <= LONGEST / _UNITS[match[2]] else None
        if not span:
            self.fail(f"expected more than nothing and at most 100y, got {value!r}", param, ctx)
        return span
