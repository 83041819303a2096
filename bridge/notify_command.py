"""`audit-bridge notify`: one notice to each sink, to see whether it arrives."""

import os
import sys
import time

import click

from audit.rules import About
from bridge import config as configuration
from bridge.notice_bodies import body, path
from bridge.notices import Named, Notice
from bridge.posting import post
from bridge.retry import Answer, answer
from bridge.sinks import Ready

ABOUT = About(
    name="test",
    title="A test of notifications",
    severity="informational",
    description="Somebody has run audit-bridge notify. Nothing has happened.",
    author="kube-audit-bridge",
)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--config", metavar="FILE", help="The configuration file, YAML.")
@click.option(
    "--set", "sets", metavar="KEY.PATH=VALUE", multiple=True, help="Set one key of the configuration; repeatable."
)
@click.option("--print", "prints", is_flag=True, help="Print what would be sent, and send nothing.")
def notify(names: tuple[str, ...], config: str | None, sets: tuple[str, ...], prints: bool) -> None:
    """Send one notice that says that it is a test to each sink of `notify`, or to those that are NAMEd.

    Exit code 1 where one of them does not take it. With `--print` the secrets are not read.
    """
    settings = configuration.settings(config, sets, os.environ)
    if unknown := [name for name in names if name not in {one.name for one in settings.notify}]:
        known = ", ".join(one.name for one in settings.notify) or "none"
        raise click.UsageError(f"expected names of sinks, got {', '.join(unknown)} - the configuration has {known}")
    wanted = tuple(one for one in settings.notify if not names or one.name in names)
    if not wanted:
        raise click.UsageError("expected sinks below notify, got none - docs/notifications.md has examples")
    now = time.time()
    notice = _test(settings.cluster, settings.environment, now)
    bodies = {one.name: body(one, [notice], settings.loggly.subdomain, now) for one in wanted}
    if prints:
        for name, data in bodies.items():
            click.echo(f"{name}: {data.decode()}")
        return
    taken = [_sent(one, bodies[one.sink.name]) for one in configuration.sinks(settings, names, os.environ)]
    sys.exit(0 if all(taken) else 1)


def _test(cluster: str, environment: str, now: float) -> Notice:
    said = {"actor": Named(("audit-bridge",)), "action": Named(("notify",))}
    terms = f'json.audit.cluster:"{cluster}"'
    return Notice(ABOUT, cluster, environment, terms, 1, now, now, said, {"actor": "audit-bridge"})


def _sent(ready: Ready, data: bytes) -> bool:
    outcome = post(ready.address, path(ready.sink), data)
    taken = answer(outcome) is Answer.TAKEN
    click.echo(f"{ready.sink.name}: {'taken' if taken else 'not taken'}, {outcome}", err=not taken)
    return taken
