"""What `audit-bridge run` and `check` do; `cli` maps their errors to exit codes."""

import asyncio
import gc
import os
import sys

import click

from bridge import config as configuration
from bridge import logs

_config = click.option(
    "--config", metavar="FILE", help="The configuration file, YAML; without it every key has its default."
)
_set = click.option(
    "--set", "sets", metavar="KEY.PATH=VALUE", multiple=True, help="Set one key of the configuration; repeatable."
)


@click.command()
@_config
@_set
@click.option(
    "--log-level", type=click.Choice(logs.LEVELS), default="info", show_default=True, help="What is logged, and above."
)
@click.option(
    "--log-format",
    type=click.Choice(logs.FORMATS),
    default="text",
    show_default=True,
    help="Lines for people, or one JSON object a line.",
)
def run(config: str | None, sets: tuple[str, ...], log_level: str, log_format: str) -> None:
    """Run the bridge: Fluentd's Forward protocol in, Loggly out.

    An ack is sent when Loggly has taken every event of a chunk, and never before. The customer token comes from the
    file that `loggly.token_file` names, or from LOGGLY_TOKEN; LOGGLY_URL goes before `loggly.url`. SIGTERM stops it in
    order: it reads no more, delivers what it has, acks it, and ends with exit code 0.
    """
    import uvloop  # noqa: PLC0415 - only this command needs it

    from bridge.service import Service  # noqa: PLC0415 - as above: the others start without an event loop

    def load() -> configuration.Config:
        return configuration.load(config, sets, os.environ)

    loaded = load()
    logs.set_up(log_level, log_format, sys.stderr)

    async def serve() -> bool:
        return await Service(loaded, load).run()

    gc.freeze()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        delivered = runner.run(serve())
    sys.exit(0 if delivered else 1)


@click.command()
@_config
@_set
def check(config: str | None, sets: tuple[str, ...]) -> None:
    """Check a configuration file and its detection rules, without the secrets that it names, and list everything that is wrong."""
    configuration.detection_rules(configuration.settings(config, sets, os.environ))
    click.echo(f"{config or 'the defaults'}: fine")
