"""`audit-bridge top`: bridges at work, live in a terminal."""

import re
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import Any

import click
import orjson
import requests
from rich.console import Console
from rich.live import Live

from bridge.frame import Frame, frame
from bridge.scrape import Scrape, fetch
from bridge.screen import drawn

DEFAULT = "http://127.0.0.1:9880"


class Address(click.ParamType[str]):
    """The address of an admin port."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read it; HOST:PORT is enough."""
        text = str(value) if "://" in str(value) else f"http://{value}"
        if not re.fullmatch(r"https?://[^/?#@\s]+(/[^?#\s]*)?", text):
            self.fail(
                f"expected HOST:PORT or scheme, host and port, such as http://10.0.0.7:9880, got {value!r}", param, ctx
            )
        return text.rstrip("/")


@click.command(name="top")
@click.argument("urls", nargs=-1, type=Address(), metavar="[URL]...")
@click.option(
    "--interval", type=click.FloatRange(0.1, 3600), default=2.0, show_default=True, help="Seconds between two looks."
)
@click.option("--once", is_flag=True, help="Print one frame, after two looks, and end.")
@click.option("--json", "as_json", is_flag=True, help="With --once, the frame as JSON.")
def top(urls: tuple[str, ...], interval: float, *, once: bool, as_json: bool) -> None:
    """Watch bridges at work: events a second, lag, what is unacked, Loggly's answers, actors, denials, rules told.

    Each URL is the admin port of a bridge, http://127.0.0.1:9880 without any. A bridge that does not answer has its row all the same. Ctrl-C
    ends it. With --once the exit code is 1 where a bridge did not answer.
    """
    if as_json and not once:
        raise click.UsageError("--json: expected --once with it")
    if not once and not sys.stdout.isatty():
        raise click.UsageError("expected a terminal - --once prints one frame")
    addresses = tuple(dict.fromkeys(urls)) or (DEFAULT,)
    with _looks(addresses, interval) as looks:
        if once:
            _print(next(looks), as_json=as_json)
        else:
            _watch(looks)


def _watch(looks: Iterator[Frame]) -> None:
    try:
        with Live(screen=True, auto_refresh=False) as live:
            for one in looks:
                live.update(drawn(one), refresh=True)
    except KeyboardInterrupt:
        pass


def _print(found: Frame, *, as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps(asdict(found), option=orjson.OPT_INDENT_2).decode())
    else:
        Console(highlight=False).print(drawn(found))
    sys.exit(1 if any(row.problem for row in found.rows) else 0)


@contextmanager
def _looks(addresses: Sequence[str], interval: float) -> Iterator[Iterator[Frame]]:
    """Yield frames without end, one an interval; all bridges are asked at once."""
    with requests.Session() as session, ThreadPoolExecutor(min(len(addresses), 16)) as threads:
        look = partial(fetch, session, clock=time.monotonic)

        def frames() -> Iterator[Frame]:
            before: list[Scrape] = list(threads.map(look, addresses))
            while True:
                time.sleep(interval)
                now = list(threads.map(look, addresses))
                yield frame(before, now)
                before = now

        yield frames()
