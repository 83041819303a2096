"""`audit-generator render`: files for a folder, or the stream for kubectl."""

import sys
from pathlib import Path

import click

from generator import write
from generator.consequences import report
from generator.load import Inputs, load
from generator.options import takes_values
from generator.render import render, stream


@click.command(name="render")
@takes_values
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Write a folder instead.")
@click.option("--stream", "streamed", is_flag=True, help="With -o, print the stream as well.")
@click.option("--check", is_flag=True, help="Write nothing: name each file of the folder that differs, and exit 1.")
def render_command(
    values: tuple[Path, ...], settings: tuple[str, ...], output: Path | None, *, streamed: bool, check: bool
) -> None:
    """Render VALUES, later files over earlier ones: without -o, the stream for `kubectl apply -f -`.

    -o DIR writes DIR/kubernetes/, DIR/host/, DIR/alerts/ and DIR/README.md, removes what it wrote before and no longer
    renders, and says what follows for an installation that was made from what was there. With --check nothing is written; exit code 1 says that the folder is not what VALUES render to.
    """
    if output is None:
        if check:
            raise click.UsageError(
                "expected -o DIR with --check, got none - name the folder; validate checks VALUES alone"
            )
        click.echo(stream(render(load(values, settings))), nl=False)
        return
    files = folder_files(load(values, settings))
    if check:
        sys.exit(_check(files, output))
    followed = report(write.held(output), files, write.written_by(output), write.generator_version())
    changed = write.write(files, output)
    click.echo(
        f"{output}: {len(files)} files, {len(changed)} changed; the steps are in {output / 'README.md'}", err=streamed
    )
    click.echo(followed, err=streamed, nl=False)
    if streamed:
        click.echo(stream(files), nl=False)


def folder_files(inputs: Inputs) -> dict[str, str]:
    """Return every file of a rendered folder: `render`'s, and the alerts."""
    from generator.alerts_command import documents  # noqa: PLC0415 - its rules take a quarter of a second, the stream has none

    return render(inputs) | {f"alerts/{name}": text for name, text in documents(inputs).items()}


def _check(files: dict[str, str], output: Path) -> int:
    found = write.differing(files, output)
    for path, how in found.items():
        click.echo(f"{output / path}: {how}")
    if found:
        click.echo(
            f"{len(found)} of {len(files)} files differ: render again, or look with audit-generator diff", err=True
        )
    return 1 if found else 0
