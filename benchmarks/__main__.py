"""`make bench`: the bridge's CPU against the bare loop's, in one run, and its memory while Loggly is down.

EVENTS=n changes how many events are sent, OUTAGE=n how many seconds Loggly is down.
"""

import os

from rich.console import Console
from rich.table import Table

from benchmarks import bare, inputs, load, outage

EVENTS = int(os.environ.get("EVENTS", "160000"))
OUTAGE = float(os.environ.get("OUTAGE", "60"))


def main() -> None:
    """Measure and print the table."""
    table = Table(title=f"{EVENTS:,} events; CPU seconds of the process for a million")
    for column in ("input", "bare loop", "bridge", "ratio", "events a second", "peak RSS"):
        table.add_column(column, justify="right")
    for name, lines in {"recorded": inputs.recorded(), "metadata": inputs.metadata()}.items():
        bodies = inputs.bodies(lines, EVENTS)
        bare_cpu = min(bare.raw_loop(bodies) for _ in range(3))
        for delay_ms in (0, 20):
            found = load.run(bodies, delay_ms)
            scale = 1_000_000 / EVENTS
            table.add_row(
                f"{name}, Loggly at {delay_ms} ms",
                f"{bare_cpu * scale:.2f}",
                f"{found.cpu * scale:.2f}",
                f"{found.cpu / bare_cpu:.2f}",
                f"{EVENTS / found.wall:,.0f}",
                f"{found.peak_bytes / 1e6:.0f} MB",
            )
    console = Console(width=110)
    console.print(table)
    peak = outage.peak_bytes(inputs.bodies(inputs.recorded(), EVENTS // 10), OUTAGE)
    console.print(
        f"Loggly down, {outage.SENDERS} senders pushing for {OUTAGE:.0f} s: peak RSS {peak / 1e6:.0f} MB"
        f" (goal: below {outage.GOAL_BYTES / 1e6:.0f} MB)"
    )


if __name__ == "__main__":
    main()
