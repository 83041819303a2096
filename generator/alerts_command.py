"""`audit-generator alerts`: what to set up in Loggly and Prometheus."""

from pathlib import Path

import click

from generator import write
from generator.alerts import alerts
from generator.alerts_text import to_html, to_json, to_markdown
from generator.load import Inputs, load
from generator.options import takes_values
from generator.prometheus import prometheus_rule

FORMATS = ("markdown", "json", "html", "prometheus")


@click.command(name="alerts")
@takes_values
@click.option("--format", "form", type=click.Choice(FORMATS), default="markdown", help="What to print.")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Write all of them to a folder.")
def alerts_command(values: tuple[Path, ...], settings: tuple[str, ...], form: str, output: Path | None) -> None:
    """Print the alerts for VALUES: for each detection rule the search in Loggly, a link, how often, how many.

    `--format prometheus` is a PrometheusRule about the bridge's own health, and about what it tells.
    """
    files = documents(load(values, settings))
    if output is None:
        click.echo(files[_FILES[form]], nl=False)
        return
    write.write(files, output)
    click.echo(f"{output}: {', '.join(files)}")


_FILES = dict(zip(FORMATS, ("alerts.md", "alerts.json", "alerts.html", "prometheus-rule.yaml"), strict=True))


def documents(inputs: Inputs) -> dict[str, str]:
    """Return every document by its file's name."""
    found = alerts(inputs)
    texts = (to_markdown(found), to_json(found), to_html(found), prometheus_rule(inputs.values))
    return dict(zip(_FILES.values(), texts, strict=True))
