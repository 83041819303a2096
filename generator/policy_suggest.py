"""`audit-generator policy suggest`: the noise of a log, the rules that would silence it, and what they cost."""

from collections.abc import Sequence
from typing import Any

import click
import orjson
from rich.console import Console
from rich.text import Text

from audit.settings import Identity
from audit.simulate import Simulation
from audit.suggest import Suggestion, suggest
from generator.policy_files import identities, kubernetes, read_policy, tell
from generator.policy_simulate import feed
from generator.simulation_text import console, kilobytes, rate


@click.command(name="suggest")
@click.argument("logs", nargs=-1, required=True, metavar="LOG...")
@click.option("--policy", default="metadata", show_default=True, metavar="POLICY", help="What is recorded now.")
@kubernetes
@identities
@click.option("--top", default=10, show_default=True, type=click.IntRange(1), help="Suggestions at most.")
@click.option(
    "--least",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, 100),
    help="Per cent of the events that one actor's one request must make up to be noise.",
)
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object instead.")
def suggest_command(
    *,
    logs: tuple[str, ...],
    policy: str,
    version: str,
    known: tuple[Identity, ...],
    top: int,
    least: float,
    as_json: bool,
) -> None:
    """Find what LOG has most of under POLICY, and the rule that would silence each.

    First come rules that cost no detection anything, then those with a price, which is named. What a rule saves is counted
    on the log, not estimated.
    """
    simulation = Simulation([tell(read_policy(policy, version)).policy], known=known)
    feed(simulation, logs)
    found = suggest(simulation, least / 100)[:top]
    if as_json:
        click.echo(orjson.dumps(_data(simulation, found)))
    else:
        _show(console(), simulation, found)


def _show(out: Console, simulation: Simulation, found: Sequence[Suggestion]) -> None:
    before = simulation.total[1]
    now = f"{rate(before.events / simulation.minutes)} events, {kilobytes(before.bytes / simulation.minutes)} a minute"
    out.print(f"Under {simulation.policies[0].name}: {now}")
    for number, one in enumerate(found, 1):
        saved = (
            f"{rate(one.saved.events / simulation.minutes)} events, {kilobytes(one.saved.bytes / simulation.minutes)}"
        )
        part = one.saved.events / before.events
        out.print()
        out.print(f"[bold]{number}.[/bold] saves {saved} a minute, {part:.1%} of the events")
        out.print(Text(f"   costs {_price(one)}", style="green" if one.free else "yellow"))
        out.print(f"   before {_place(simulation, one)}:")
        out.print(Text(one.to_yaml().rstrip()), soft_wrap=True)
    out.print()
    out.print(_sum(simulation, found))


def _price(one: Suggestion) -> str:
    """Say which detections would not see this actor do this any more, and how much of it the log has."""
    if one.free:
        return "nothing: no detection looks at it"
    named = (f"\n     {cost.detection.title} ({cost.matched:,} in the log)" for cost in one.costs)
    return f"these detections for this actor and request:{''.join(named)}"


def _place(simulation: Simulation, one: Suggestion) -> str:
    policy = simulation.policies[0]
    return f"the rule at line {policy.rules[one.before].line} of {policy.name}"


def _sum(simulation: Simulation, found: Sequence[Suggestion]) -> str:
    if not found:
        return "Nothing stands out; a lower --least finds more."
    free = [one for one in found if one.free]
    left = (simulation.total.events[1] - sum(one.saved.events for one in free)) / simulation.minutes
    return f"With the {len(free)} that cost nothing: {rate(left)} events a minute."


def _data(simulation: Simulation, found: Sequence[Suggestion]) -> dict[str, Any]:
    policy = simulation.policies[0]
    return {
        "policy": policy.name,
        "minutes": round(simulation.minutes, 3),
        "events": simulation.total.events[1],
        "bytes": simulation.total.bytes[1],
        "suggestions": [
            {
                "rule": one.to_yaml(),
                "beforeLine": policy.rules[one.before].line,
                "events": one.saved.events,
                "bytes": one.saved.bytes,
                "costs": [{"detection": cost.detection.id, "matched": cost.matched} for cost in one.costs],
            }
            for one in found
        ],
    }
