"""`make noise`: a small cluster for some minutes, its log under every preset, and the page about it."""

import sys
import tempfile
import time
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from audit.event import from_line
from audit.outcome import Outcome, outcome
from audit.policy_reading import read
from audit.presets import PRESETS, preset
from audit.settings import Identity
from audit.simulate import Simulation
from generator.log_files import lines
from generator.simulation_text import show
from tests.noise import report
from tests.noise.cluster import cluster
from tests.noise.identities import CI
from tests.support.peers import look

ORDER = ("metadata", *(name for name in PRESETS if name != "metadata"))


@click.command()
@click.option(
    "--seconds", default=300, show_default=True, type=click.IntRange(1), help="How long the cluster is watched."
)
@click.option("--seed", default=1, show_default=True, help="What people do, and when.")
@click.option("--keep", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Keep the log there.")
@click.option("--log", metavar="FILE", type=click.Path(exists=True), help="Take a log that was kept; start nothing.")
@click.option("--write", is_flag=True, help="Put what was found into docs/noise.md and its chart.")
def main(*, seconds: int, seed: int, keep: Path | None, log: str | None, write: bool) -> None:
    """Measure what each preset leaves of a small cluster's noise; exit 1 if one of the five alerts cannot fire any more."""
    console = Console(width=140, highlight=False)
    with tempfile.TemporaryDirectory(prefix="noise-") as folder:
        if log is None:
            log = str(keep or Path(folder) / "noise.log")
            Path(log).write_bytes(played(Path(folder), seconds, seed))
        found = simulated(log)
    show(console, found, 10)
    console.print("", report.table(found), "", report.alerts(found), soft_wrap=True)
    if write:
        report.write(found)
    problems = report.problems(found)
    console.print("\n".join(problems) or "Every alert fires under the recommended policy.")
    sys.exit(1 if problems else 0)


def played(folder: Path, seconds: int, seed: int) -> bytes:
    """Play the cluster; return what its API server logged once everything ran."""
    if missing := look("kube-controller-manager").missing:
        raise click.ClickException(f"expected a kube-apiserver and a kube-controller-manager, got: {missing}")
    with cluster(folder, seed) as running:
        begun = running.log.stat().st_size
        for _ in track(range(seconds), "a small cluster", console=Console(stderr=True)):
            time.sleep(1)
        ended = running.log.stat().st_size
        if running.stage.failures:
            raise click.ClickException("\n".join(running.stage.failures))
        with running.log.open("rb") as log:
            log.seek(begun)
            data = log.read(ended - begun)
    return data[: data.rfind(b"\n") + 1]


def simulated(log: str) -> Outcome:
    """Simulate every preset over a log, `metadata`, which all are measured against, first."""
    policies = [read(preset(name), name).policy for name in ORDER]
    simulation = Simulation(policies, known=[Identity(label="jenkins", users=(CI.name,))])
    for line in lines(log):
        simulation.add(from_line(line), line)
    return outcome(simulation)


if __name__ == "__main__":
    main()
