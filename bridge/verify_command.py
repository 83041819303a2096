"""`audit-bridge verify`: whether Loggly has every event of a log, once, and as the bridge should have sent it."""

import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from audit.settings import Settings
from audit.times import to_seconds
from audit.units import seconds
from bridge import config as configuration
from bridge import log_files, verify_text, wanted
from bridge.errors import ConfigError
from bridge.ledger import Ledger
from bridge.prints import differences
from bridge.progress import progress
from bridge.retrieval import Retrieval, Waiting
from bridge.secret import Secret
from bridge.show_command import Moment
from bridge.verifying import Verdict, Verification
from bridge.wanted import Expectation

TOKEN_VARIABLE = "LOGGLY_API_TOKEN"  # noqa: S105 - the variable's name
_SPAN = 0, 2**62


class Duration(click.ParamType[float]):
    """Seconds, written as in the configuration."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it; 0 needs no unit."""
        try:
            return 0.0 if str(value) in ("0", "0.0") else float(seconds(str(value)))
        except ValueError as error:
            self.fail(f"expected {error}, got {value!r}", param, ctx)


@click.command(name="verify")
@click.argument("logs", nargs=-1, required=True, metavar="LOG...")
@click.option(
    "--account",
    required=True,
    metavar="SUBDOMAIN",
    help="The Loggly account, SUBDOMAIN of SUBDOMAIN.loggly.com, or a URL.",
)
@click.option(
    "--token-file", metavar="FILE", help=f"The file that holds the API token; without it {TOKEN_VARIABLE} does."
)
@click.option("--config", metavar="FILE", help="The bridge's configuration: what it changes on purpose is not altered.")
@click.option("--set", "sets", metavar="KEY.PATH=VALUE", multiple=True, help="Set one key of it; repeatable.")
@click.option(
    "--user", default="", help="The logs are those of the cluster for which this user of forward.clusters signs in."
)
@click.option(
    "--query", metavar="SEARCH", help="Search for events with this; without it by the tags of the configuration."
)
@click.option("--since", type=Moment(), metavar="TIME", help="Only events from then on: a time, a day, or 10m ago.")
@click.option("--until", type=Moment(), metavar="TIME", help="Only events before then.")
@click.option(
    "--wait", type=Duration(), default="1m", show_default=True, help="How long to look for what is not there yet."
)
@click.option("--most", type=click.IntRange(1), default=1_000, show_default=True, help="Name at most so many events.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to tell."
)
def verify(
    *,
    logs: tuple[str, ...],
    account: str,
    token_file: str | None,
    config: str | None,
    sets: tuple[str, ...],
    user: str,
    query: str | None,
    since: str | None,
    until: str | None,
    wait: float,
    most: int,
    form: str,
) -> None:
    """Prove delivery: ask Loggly for every event of audit logs, and name each one that is missing, doubled or altered.

    Reads LOGs, rotated ones in gzip too, in any order, and asks Loggly's event retrieval API for the times that they cover. An event is
    compared with what the bridge makes of its line by --config. Exit code 1 where anything is missing, doubled or altered.
    """
    settings = configuration.settings(config, sets, os.environ)
    token, address = _token(token_file), _address(account)
    if user and user not in {far.user for far in settings.forward.clusters}:
        raise click.BadParameter(f"expected a user of forward.clusters, got {user!r}", param_hint="--user")
    if log_files.STDIN in logs:
        raise click.UsageError("-: expected a file, for it may be read twice - name one")
    log_files.refuse(logs)
    policy = configuration.filter_policy(settings.filter)[0]
    waiting = Waiting(time.time, time.sleep, random.random)
    with Ledger() as ledger:
        with _steps("read", None) as step:
            read = wanted.read(logs, Expectation(settings, policy, user), ledger, _span(since, until), step)
        retrieval = Retrieval(address, token, waiting)
        with _steps("compared", len(ledger)) as step:
            search = query or _by_tags(settings)
            verdict = Verification(retrieval, search, ledger, waiting, step).run(wait, most)
        retrieval.close()
    paths = _paths(logs, Expectation(settings, policy, user), verdict)
    if form == "json":
        click.echo(verify_text.document(logs, read, verdict, paths))
    else:
        click.echo("\n".join(verify_text.lines(logs, read, verdict, paths)))
    sys.exit(0 if verdict.good else 1)


def _paths(logs: Sequence[str], expectation: Expectation, verdict: Verdict) -> dict[tuple[int, int], list[str]]:
    """Return where events that say something else differ from what the bridge makes of their lines."""
    altered = [one for one in verdict.findings if one.found is not None]
    found = {(one.want.file, one.want.line): one.found or {} for one in altered}
    keys = {(one.want.file, one.want.line): one.want.key for one in altered}
    again = wanted.again(logs, expectation, keys) if keys else ()
    return {place: differences(record, found[place]) for place, record in again}


def _by_tags(settings: Settings) -> str:
    """Return the search for all that the bridge sends: its tags, in quotes where they hold more than a word."""
    words = (f"tag:{tag}" if re.fullmatch(r"\w+", tag, re.ASCII) else f'tag:"{tag}"' for tag in settings.loggly.tags)
    return " AND ".join(words) or "*"


def _span(since: str | None, until: str | None) -> tuple[int, int]:
    return (
        int(to_seconds(since) * 1_000_000) if since else _SPAN[0],
        int(to_seconds(until) * 1_000_000) - 1 if until else _SPAN[1],
    )


def _address(account: str) -> str:
    if re.fullmatch(r"https?://[^/?#@\s]+/?", account):
        return account
    if re.fullmatch(r"[a-z0-9][a-z0-9-]*", account):
        return f"https://{account}.loggly.com"
    raise click.BadParameter(f"expected a subdomain, or scheme and host, got {account!r}", param_hint="--account")


def _token(file: str | None) -> Secret:
    try:
        text = Path(file).read_text("utf-8") if file else os.environ.get(TOKEN_VARIABLE, "")
    except (OSError, UnicodeDecodeError) as error:
        got = (error.strerror or "an error").lower() if isinstance(error, OSError) else "bytes that are not UTF-8"
        raise ConfigError(f"{file} (--token-file): expected a file to read, got: {got} - check the path") from None
    if not (token := text.strip()) or not token.isascii() or not token.isprintable():
        raise ConfigError(
            f"{file or TOKEN_VARIABLE}: expected an API token, got {'other characters' if token else 'nothing'}"
            " - Loggly shows it under Source Setup, API Tokens"
        )
    return Secret(token)


@contextmanager
def _steps(what: str, total: int | None) -> Iterator[Callable[[int], object]]:
    """Show how far it is, on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with progress(total) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)
