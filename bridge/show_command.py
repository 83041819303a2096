"""`audit-bridge show`: audit events for a person to read, whatever generation of API server wrote them."""

import io
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import click

from audit import readable
from audit.answers import FirstAnswers
from audit.facts import facts
from audit.judge import Judge
from audit.masking import Mask
from audit.reader import Read, Reader, Unread, events
from audit.selection import STAGES, VERDICTS, Selection, moment
from audit.text import printable
from bridge import following, log_files

_ALIGNED = (
    500  # lines that are aligned with each other before they are written; of standard input, each is written at once
)
_UNBOUNDED = 2**40  # bytes of an event: nothing is cut for a person


class Moment(click.ParamType[str]):
    """A time, or a span before now, as text in the one form."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read it, or refuse it with an example of each form."""
        found = moment(str(value), time.time())
        if found is None:
            self.fail(
                f"expected a time such as 2026-01-31T12:00:00Z, a day such as 2026-01-31, or a span such as 10m, got {value!r}",
                param,
                ctx,
            )
        return found


def _pattern(*names: str, help: str) -> Callable[[Callable[..., None]], Callable[..., None]]:  # noqa: A002 - click's word
    return click.option(*names, multiple=True, metavar="PATTERN", help=help)


@click.command(name="show")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@_pattern("--actor", "actors", help="Who did it, or authenticated for it: a name, or a pattern with `*`; repeatable.")
@_pattern("--verb", "verbs", help="The verb, or what people call it, such as exec; repeatable.")
@_pattern("--resource", "resources", help="Such as secrets, pods/exec or deployments.apps; repeatable.")
@_pattern("--namespace", "namespaces", help="The namespace of what it was done to; repeatable.")
@click.option(
    "--verdict",
    "verdicts",
    multiple=True,
    type=click.Choice(VERDICTS),
    help="What became of it; denied is all that begin so; repeatable.",
)
@click.option("--stage", "stages", multiple=True, type=click.Choice(STAGES), help="The stage; repeatable.")
@click.option("--since", type=Moment(), metavar="TIME", help="From then on: a time, a day, or 10m ago.")
@click.option("--until", type=Moment(), metavar="TIME", help="Before then.")
@click.option("--requests", "once", is_flag=True, help="Each request once, at its first stage that has an answer.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: the event as the bridge would send it.")
@click.option("--follow", is_flag=True, help="Go on with what is written, also after a rotation; Ctrl-C ends it.")
def show(files: tuple[str, ...], once: bool, as_json: bool, follow: bool, **wanted: Any) -> None:
    """Show the events of audit logs, one a line: time, verdict, code, actor, action, target, source.

    Reads JSON of every version, EventLists, and legacy text; files may be gzip, and `-` is standard input. What is no event is
    shown with the reason, and counted at the end.
    """
    if follow and (unfit := [file for file in files if not log_files.grows(file)]):
        raise click.UsageError(f"{unfit[0]}: expected a log that grows - leave out --follow")
    log_files.refuse(file for file in files if file != log_files.STDIN)
    printer = _Printer(Selection(**wanted), once, as_json)
    try:
        printer.show(following.follow(files, time.sleep) if follow else _whole(files))
    except BrokenPipeError:  # whoever read has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        if not follow:
            raise
    finally:
        printer.report()


def _whole(files: tuple[str, ...]) -> Iterator[tuple[str, Iterator[bytes]]]:
    return ((file, log_files.lines(file)) for file in files)


class _Printer:
    """Writes what is wanted of the lines that come, and counts what is no event."""

    def __init__(self, selection: Selection, once: bool, as_json: bool) -> None:
        self._wants = selection.wants
        self._all = selection == Selection()
        self._answers = FirstAnswers() if once else None
        self._judge = Judge("", "", _UNBOUNDED) if as_json else None
        self._columns = readable.Columns(_painter())
        self._mask = Mask()
        self._reader = Reader()
        self._lines: Counter[str] = Counter()
        self._unread: Counter[str] = Counter()
        self._now = time.time_ns()
        if isinstance(sys.stdout, io.TextIOWrapper):  # a name that the terminal's encoding lacks is no reason to stop
            sys.stdout.reconfigure(errors="backslashreplace")

    def show(self, logs: Iterable[tuple[str, Iterable[bytes]]]) -> None:
        """Write what the logs hold, in their order; all that has come is seen before more is waited for."""
        for file, lines in logs:
            found = events(self._counted(file, lines), self._reader, self._lines[file] + 1)
            cells = (cell for one in found if (cell := self._cell(file, one)) is not None)
            while batch := list(islice(cells, 1 if file == log_files.STDIN else _ALIGNED)):
                self._write(batch)

    def report(self) -> None:
        """Say on standard error how many lines were no events, and why."""
        if self._unread:
            reasons = ", ".join(f"{count:,} {why}" for why, count in self._unread.most_common())
            click.echo(f"{self._unread.total():,} lines are no audit events: {printable(reasons)}", err=True)

    def _counted(self, file: str, lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            self._lines[file] += 1
            yield line

    def _cell(self, file: str, found: Read | Unread) -> readable.Row | str | None:
        """Return what is written for an event, or for a line that is none; nothing for what is not wanted."""
        if isinstance(found, Unread):
            self._unread[found.why.partition(":")[0]] += 1
            if not self._all:
                return None
            if self._judge is None:
                return readable.unread(f"{file}:{found.number}", found.why, self._mask.text(found.line))
            return self._judge.line(found.line, "", self._now).decode()
        if self._answers and not self._answers.is_first(found.raw):
            return None
        derived = facts(self._mask.view(found.view))
        if not self._wants(found.view, derived):
            return None
        if self._judge is not None:
            return self._judge.line(found.raw, "", self._now).decode()
        return readable.row(found.view, derived)

    def _write(self, batch: Sequence[readable.Row | str]) -> None:
        aligned = iter(self._columns.lines([one for one in batch if isinstance(one, readable.Row)]))
        for one in batch:
            sys.stdout.write(f"{one if isinstance(one, str) else next(aligned)}\n")
        sys.stdout.flush()


def _painter() -> readable.Paint:
    """Colour on a terminal, unless NO_COLOR says otherwise."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return readable.plain
    return lambda text, verdict: click.style(text, fg=readable.COLOURS.get(verdict))
