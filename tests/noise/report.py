"""What the noise run found: tables of Markdown, the chart as an SVG file, and docs/noise.md that holds them."""

from pathlib import Path

from audit.outcome import DetectionLine, Outcome, PolicyOutcome, Volume
from generator.simulation_chart import HEIGHT, WIDTH, chart
from generator.simulation_text import kilobytes, rate
from tests.support.pages import put

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "noise.md"
CHART = ROOT / "docs" / "images" / "noise.svg"
ALERTS = ("secret-viewed", "failed-login", "access-denied", "secret-edited", "exec", "ci-change", "human-change")
"""The alerts that the project began with; two of them are two detections each."""
BLOG = 200 / 300
"""What the GCE policy left of the events in the blog post that the project began with."""
STEP = 10
"""Seconds of one step of the chart."""
COLOURS = ("#9aa9b1", "#d8434e", "#0b6e7f", "#b06f00", "#6a3fb5")

_FONT = 'font-family="system-ui, sans-serif" font-size="13"'


def table(found: Outcome) -> str:
    """Return the table of events and bytes a minute, against Metadata for all."""
    lines = [
        "| Policy | events a minute | of `metadata` | bytes a minute | of `metadata` |",
        "|---|---:|---:|---:|---:|",
    ]
    base = found.policies[0].volume
    for name, volume in (
        ("everything, at RequestResponse", found.log),
        *((f"`{one.name}`", one.volume) for one in found.policies),
    ):
        lines.append(
            f"| {name} | {rate(volume.events_per_minute)} | {_part(volume.events, base.events)} | {_bytes(volume)} | {_part(volume.bytes, base.bytes)} |"
        )
    return "\n".join(lines)


def alerts(found: Outcome) -> str:
    """Return the table of detections: requests in the log, and how many of them each policy shows."""
    names = " | ".join(f"`{policy.name}`" for policy in found.policies)
    lines = [f"| Detection | requests | {names} |", f"|---|---:|{'---:|' * len(found.policies)}"]
    lines += [
        f"| {rows[0].title} | {rows[0].matched:,} | {' | '.join(map(_seen, rows))} |"
        for rows in zip(*(policy.detections for policy in found.policies), strict=True)
        if rows[0].matched
    ]
    return "\n".join(lines)


def noisiest(found: Outcome, top: int = 12) -> str:
    """Return the table of what the log has most of."""
    names = " | ".join(f"`{policy.name}`" for policy in found.policies)
    lines = [f"| Request | everything | {names} |", f"|---|---:|{'---:|' * len(found.policies)}"]
    lines += [
        f"| {line.name} | {' | '.join(rate(volume.events_per_minute) for volume in line.volumes)} |"
        for line in found.requests[:top]
    ]
    return "\n".join(lines)


def problems(found: Outcome) -> list[str]:
    """Return a sentence for each alert that did not fire in the log or cannot under `recommended`, and for a ratio above the blog's."""
    best = _named(found, "recommended")
    sentences = []
    for line in best.detections:
        if line.id in ALERTS and not line.matched:
            sentences.append(f"{line.title}: the workload has none - let it run longer")
        elif line.id in ALERTS and (line.seen < line.matched or line.word != "sees"):
            sentences.append(f"{line.title}: {line.seen} of {line.matched} are seen")
    ratio = best.volume.events / found.policies[0].volume.events
    if ratio >= BLOG:
        sentences.append(
            f"recommended leaves {ratio:.0%} of the events of metadata, no less than the blog's {BLOG:.0%}"
        )
    return sentences


def svg(found: Outcome) -> str:
    """Return the chart of events a minute over time, on a ground of its own, for light and dark pages alike."""
    drawn = chart(found, "events", merged=max(1, STEP // found.span_seconds))
    names = ["everything", *(policy.name for policy in found.policies)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 40} {HEIGHT + 90}" role="img" {_FONT}>',
        "<title>Events a minute over time, under each policy</title>",
        f'<rect width="{WIDTH + 40}" height="{HEIGHT + 90}" rx="8" fill="#f4f6f7"/>',
        f'<text x="20" y="26" fill="#55666f">events a minute, in steps of {STEP} s, at most {rate(drawn.highest)}</text>',
        '<g transform="translate(20 40)">',
    ]
    for number, path in enumerate(drawn.paths):
        colour = COLOURS[number % len(COLOURS)]
        paint = (
            f'fill="{colour}" fill-opacity="0.35"'
            if number == 0
            else f'fill="none" stroke="{colour}" stroke-width="1.6"'
        )
        parts.append(f'<path d="{path}" {paint}/>')
    parts.append("</g>")
    for number, name in enumerate(names):
        x = 20 + number * 150
        parts.append(
            f'<rect x="{x}" y="{HEIGHT + 58}" width="12" height="12" rx="2" fill="{COLOURS[number % len(COLOURS)]}"/>'
        )
        parts.append(f'<text x="{x + 18}" y="{HEIGHT + 69}" fill="#14232b">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def write(found: Outcome) -> None:
    """Put tables and chart into the page."""
    summary = f"{found.log.events:,} events in {found.minutes:.1f} minutes."
    put(PAGE, "volume", f"{summary}\n\n{table(found)}")
    put(PAGE, "alerts", alerts(found))
    put(PAGE, "noisiest", noisiest(found))
    CHART.write_text(svg(found), "utf-8")


def _named(found: Outcome, name: str) -> PolicyOutcome:
    return next(policy for policy in found.policies if policy.name == name)


def _part(count: int, whole: int) -> str:
    return f"{count / whole:.0%}"


def _bytes(volume: Volume) -> str:
    return kilobytes(volume.bytes_per_minute)


def _seen(line: DetectionLine) -> str:
    return f"{line.seen:,}" if line.seen == line.matched else f"**{line.seen:,}**"
