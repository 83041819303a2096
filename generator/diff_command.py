"""`audit-generator diff`: what would change in a folder, or in a cluster."""

import sys
from pathlib import Path

import click

from generator import write
from generator.cluster import cluster_diff
from generator.consequences import report
from generator.load import load
from generator.options import takes_values
from generator.render import render, stream
from generator.render_command import folder_files


@click.command(name="diff")
@takes_values
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="The folder to compare with.")
@click.option("--cluster", is_flag=True, help="Compare with a cluster instead, by kubectl diff.")
@click.option("--context", metavar="NAME", help="The cluster's context in the kubeconfig; without it the current one.")
def diff_command(
    values: tuple[Path, ...], settings: tuple[str, ...], output: Path | None, *, cluster: bool, context: str | None
) -> None:
    """Show what VALUES would change, as a unified diff, and write nothing; exit code 1 where something would change.

    -o DIR compares with what was rendered to DIR, and standard error says what follows for an installation that was made from
    it. --cluster asks the API server, which needs the right to patch what is compared; what looks like a secret is not shown.
    """
    if cluster == (output is not None):
        raise click.UsageError(
            "expected -o DIR or --cluster, got " + ("both" if cluster else "neither") + " - choose one"
        )
    if context and not cluster:
        raise click.UsageError("expected --cluster with --context, got none - add it")
    inputs = load(values, settings)
    if output is None:
        difference = cluster_diff(stream(render(inputs)), context)
    else:
        files = folder_files(inputs)
        difference = write.diff(files, output)
        followed = report(write.held(output), files, write.written_by(output), write.generator_version())
        click.echo(followed, err=True, nl=False)
    click.echo(difference, nl=False)
    sys.exit(1 if difference else 0)
