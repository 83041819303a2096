"""`make walkthrough`: perform the post, say what came of each step; exit 1 where an expectation was missed."""

import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from tests.support.peers import look
from walkthrough import page, people, picture, policies, shipping
from walkthrough.telling import Telling, transcripts
from walkthrough.walk import Walk

PARTS = (
    shipping.auditing,
    shipping.shipping,
    people.unauthorized,
    people.secrets,
    people.commands,
    people.jenkins,
    policies.noise,
    policies.webhook,
    policies.again,
    policies.proof,
)


@click.command()
@click.option("--once", is_flag=True, help="End after the last step.")
@click.option(
    "--write", is_flag=True, help="Put what was said into docs/tutorial.md, with a picture of the search page."
)
def main(*, once: bool, write: bool) -> None:
    """Perform the blog post on a real API server, with a Loggly stand-in; exit 1 if a step did not do what it should."""
    if missing := look("kube").missing:
        raise click.ClickException(
            f"expected etcd and kube-apiserver in the folder that KUBEBUILDER_ASSETS names, and kubectl on PATH, got:"
            f" {missing} - `export KUBEBUILDER_ASSETS=$(.ci/kube-assets)` builds them, in some minutes"
        )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    told = Telling(click.echo)
    with walked(told) as walk:
        said = transcripts(told.sections)
        if write and not told.missed:
            _write(walk, said)
        changed = page.difference(said, page.PAGE.read_text("utf-8"))
        _end(told, changed)
        if not once:
            _stay(walk)
    sys.exit(1 if told.missed or changed else 0)


@contextmanager
def walked(told: Telling) -> Iterator[Walk]:
    """Perform every part; everything still runs while the context lasts."""
    with tempfile.TemporaryDirectory(prefix="walkthrough-") as folder, ExitStack() as stack:
        walk = Walk(Path(folder), told, stack)
        try:
            for part in PARTS:
                part(walk)
        except AssertionError as late:
            told.expect("every step ends", met=False, got=str(late))
        yield walk


def _write(walk: Walk, said: dict[str, str]) -> None:
    page.write(said)
    if missing := look("chromium").missing:
        click.echo(f"no new picture: {missing}")
    else:
        picture.take(walk.loggly.url, page.PICTURE)


def _end(told: Telling, changed: str) -> None:
    if changed:
        click.echo(
            f"\n{changed}\ndocs/tutorial.md says something else: if that is meant, run `make walkthrough WRITE=1`."
        )
    for sentence in told.missed:
        click.echo(f"MISSED, {sentence}")
    click.echo(f"\n{told.met} expectations met, {len(told.missed)} missed")


def _stay(walk: Walk) -> None:
    (walk.folder / "env").write_text(walk.shell.exports())
    click.echo(f"\nThe search page: {walk.loggly.url}/search")
    click.echo(f"Everything still runs. To go on in another terminal: cd {walk.folder} && . ./env")
    click.echo("Ctrl-C ends it, and removes the folder.")
    try:
        signal.pause()
    except KeyboardInterrupt:
        click.echo()


if __name__ == "__main__":
    main()
