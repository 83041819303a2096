"""`audit-generator`: the commands, and the only place that prints.

Exit codes: 0 done, 1 the input is wrong or the folder differs, 2 usage, 3 a bug, 130 interrupted.
"""

import json
import sys
import traceback
from pathlib import Path
from typing import Any

import click

from audit.document import DocumentError
from generator import write
from generator.alerts_command import alerts_command, documents
from generator.errors import GeneratorError
from generator.load import load
from generator.policy_command import policy
from generator.render import render as render_files
from generator.render import stream
from generator.validate_command import validate
from generator.values import Values


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kube-audit-bridge")
def cli() -> None:
    """Render everything that a cluster needs to ship its audit log to Loggly."""


@cli.command()
@click.argument("values", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--set", "settings", multiple=True, metavar="KEY.PATH=VALUE", help="Set one value, over all files.")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Write a folder instead.")
@click.option("--check", is_flag=True, help="Write nothing; with -o, show what differs and exit 1 if anything does.")
def render(values: tuple[Path, ...], settings: tuple[str, ...], output: Path | None, check: bool) -> None:
    """Render VALUES, later files over earlier ones: without -o, the stream for `kubectl apply -f -`."""
    inputs = load(values, settings)
    files = render_files(inputs)
    if output is not None:
        files |= {f"alerts/{name}": text for name, text in documents(inputs).items()}
    if check:
        difference = "" if output is None else write.diff(files, output)
        click.echo(difference, nl=False)
        sys.exit(1 if difference else 0)
    if output is None:
        click.echo(stream(files), nl=False)
        return
    changed = write.write(files, output)
    click.echo(f"{output}: {len(files)} files, {len(changed)} changed; the steps are in {output / 'README.md'}")


@cli.command()
def schema() -> None:
    """Print the JSON Schema of values files, for editors."""
    click.echo(json.dumps(Values.model_json_schema(by_alias=True), indent=2))


cli.add_command(alerts_command)
cli.add_command(policy)
cli.add_command(validate)


def main(arguments: list[str] | None = None) -> None:
    """Run a command line and exit with its code."""
    try:
        result: Any = cli.main(arguments, prog_name="audit-generator", standalone_mode=False)
        sys.exit(result if isinstance(result, int) else 0)
    except (DocumentError, GeneratorError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
    except Exception:  # noqa: BLE001 - whatever gets here is a bug, and says so
        traceback.print_exc()
        click.echo("This is a bug in audit-generator; please report it with the lines above.", err=True)
        sys.exit(3)
