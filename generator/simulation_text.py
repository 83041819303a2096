"""A simulation as tables and bars for a terminal."""

from collections.abc import Iterable, Sequence

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from audit.outcome import DetectionLine, Line, Outcome, PolicyOutcome, Volume
from audit.text import printable

_BAR = 30  # characters
_ELSEWHERE = 140  # characters
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_COLOURS = {"sees": "green", "partly": "yellow", "blind": "bold red"}


def console() -> Console:
    """Return the terminal, or, where the output goes elsewhere, something wide enough for tables."""
    terminal = Console(highlight=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=_ELSEWHERE)


def show(out: Console, found: Outcome, top: int) -> None:
    """Print a simulation; `top` bounds the rows of each table."""
    columns = ["log", *(policy.name for policy in found.policies)]
    out.print(_summary(found))
    out.print(_totals(found))
    for title, lines in (("By actor", found.actors), ("By request", found.requests)):
        out.print("", _lines(f"{title}, events a minute", columns, lines, top))
    for policy in found.policies:
        out.print("", _rules(policy))
        out.print()
        out.print(_unseen(policy, top))
    out.print("", _detections(found.policies))
    for sentence in _blind(found.policies):
        out.print(sentence)
    for policy in found.policies:
        for gap in policy.gaps:
            out.print(Text(printable(f"{policy.name}: {gap}"), style="yellow"))


def kilobytes(count: float) -> str:
    """Return bytes as people read them, in kB of 1,000."""
    return f"{count / 1000:,.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:,.1f} MB"


def rate(number: float) -> str:
    """Return events a minute, with a digit after the point where there are few."""
    return f"{number:,.0f}" if number >= 10 or number == 0 else f"{number:,.1f}"


def bar(part: float) -> str:
    """Return a bar for a part of 1, in eighths of a character."""
    eighths = round(min(1.0, part) * _BAR * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _summary(found: Outcome) -> str:
    unread = f"; {found.unread:,} lines are no audit events" if found.unread else ""
    return f"{found.log.events:,} events in {found.minutes:,.1f} minutes{unread}"


def _totals(found: Outcome) -> Table:
    table = _table(None, "", "events/min", "bytes/min", "of the log", "")
    for name, volume in [("log", found.log), *((policy.name, policy.volume) for policy in found.policies)]:
        part = volume.events / found.log.events if found.log.events else 0.0
        table.add_row(
            name,
            rate(volume.events_per_minute),
            kilobytes(volume.bytes_per_minute),
            f"{part:.0%}",
            Text(bar(part), style="cyan"),
        )
    table.columns[-1].justify = "left"
    return table


def _lines(title: str, columns: Sequence[str], lines: Sequence[Line], top: int) -> Table:
    table = _table(title, "", *columns)
    for line in lines[:top]:
        table.add_row(_named(line.name), *(_cell(volume) for volume in line.volumes))
    _more(table, len(lines) - top)
    return table


def _named(name: str) -> Text:
    """Return a name out of a log, which clients choose, as nothing but text."""
    return Text(printable(name) or "nobody (401)")


def _cell(volume: Volume) -> Text:
    return Text(rate(volume.events_per_minute), style="" if volume.events else "dim")


def _rules(policy: PolicyOutcome) -> Table:
    table = _table(f"{policy.name}, by rule", "line", "level", "matched", "left", "events/min", "bytes/min")
    for rule in policy.rules:
        place = "no rule" if rule.line is None else str(rule.line)
        volumes = (rate(rule.left.events_per_minute), kilobytes(rule.left.bytes_per_minute))
        style = "" if rule.matched else "dim"
        table.add_row(place, rule.level, f"{rule.matched:,}", f"{rule.left.events:,}", *volumes, style=style)
    table.columns[1].justify = "left"
    return table


def _unseen(policy: PolicyOutcome, top: int) -> RenderableType:
    if not policy.unseen:
        return Text(f"{policy.name}: everything in the log is still seen.")
    table = _table(f"{policy.name}, no longer seen", "actor", "request", "events")
    for one in policy.unseen[:top]:
        table.add_row(_named(one.actor), _named(f"{one.verb} {one.about}"), f"{one.events:,}")
    table.columns[1].justify = "left"
    _more(table, len(policy.unseen) - top)
    return table


def _detections(policies: Sequence[PolicyOutcome]) -> Table:
    table = _table("Detections, requests that are seen", "", "log")
    for policy in policies:
        table.add_column(policy.name, justify="right")
    unremarkable = 0
    for rows in zip(*(policy.detections for policy in policies), strict=True):
        if rows[0].matched or any(row.word != "sees" for row in rows):
            table.add_row(rows[0].title, f"{rows[0].matched:,}", *map(_sight, rows))
        else:
            unremarkable += 1
    if unremarkable:
        table.add_row(Text(f"and {unremarkable} more that are seen", style="dim"), "0")
    return table


def _sight(line: DetectionLine) -> Text:
    lost = line.seen < line.matched
    word = "partly" if lost and line.word == "sees" else line.word
    return Text(f"{line.seen:,} {word}", style=_COLOURS[word])


def _blind(policies: Iterable[PolicyOutcome]) -> Iterable[Text]:
    """Yield a line for the detections that do not see all of what they should, those together that miss the same."""
    for policy in policies:
        alike: dict[tuple[str, str], list[DetectionLine]] = {}
        for line in policy.detections:
            if line.misses:
                alike.setdefault((line.word, line.misses[0]), []).append(line)
        for (word, example), lines in alike.items():
            missed = f", {len(lines[0].misses)} of {lines[0].probes} kinds of request" if len(lines) == 1 else ""
            yield Text(f"{policy.name}: {'; '.join(line.title for line in lines)}: {word}{missed}, such as {example}")


def _table(title: str | None, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(first, overflow="fold")
    for name in others:
        table.add_column(name, justify="right")
    return table


def _more(table: Table, count: int) -> None:
    if count > 0:
        table.add_row(Text(f"and {count:,} more", style="dim"))
