"""`audit-bridge dead-letters`: look at the events that Loggly refused, and send them again.

It works beside a running bridge. What is shown comes from an audit log, where anybody can write: signs that a terminal
would obey are shown as escapes.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import click
import msgspec
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from audit.settings import Settings
from audit.text import printable
from bridge import config as configuration
from bridge.dead_letters import DeadLetters, Letter
from bridge.errors import ConfigError
from bridge.loggly import Loggly, Target
from bridge.retry import Outcome, Verdict, verdict

WIDE = 1_000  # columns where nobody looks: a line of a pipe is not wrapped
FOREIGN = ", status 200 in words that are not Loggly's: is it there?"

_Command = Callable[..., None]
_Post = Callable[[tuple[str, ...], bytes], Outcome]


def _with_file(command: _Command) -> _Command:
    """Add the two options that say where the dead letters are."""
    config = click.option("--config", metavar="FILE", help="The bridge's configuration file, YAML.")
    path = click.option("--path", metavar="FILE", help="The file of dead letters; without it, dead_letter.path.")
    return config(path(command))


@click.group(name="dead-letters")
def dead_letters() -> None:
    """Look at the events that Loggly refused one by one, and send them again."""


@dead_letters.command(name="list")
@_with_file
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with the event in it.")
def list_command(config: str | None, path: str | None, as_json: bool) -> None:
    """List them, the oldest first: when and why each was refused, and who did what in it."""
    with closing(_opened(_settings(config), path, config)) as letters:
        if as_json:
            for letter in letters.list():
                click.echo(_as_json(letter))
        else:
            _print_table(letters)


@dead_letters.command(name="show")
@_with_file
@click.argument("number", metavar="ID", type=click.IntRange(1))
def show_command(config: str | None, path: str | None, number: int) -> None:
    """Show one of them, with its whole event."""
    with closing(_opened(_settings(config), path, config)) as letters:
        letter = letters.get(number)
    if letter is None:
        raise ConfigError(_unknown(number))
    facts = {
        "id": str(letter.id),
        "time": letter.time,
        "reason": letter.reason,
        "answer": letter.answer,
        "tags": ", ".join(letter.tags),
        "size": f"{len(letter.line):,} bytes",
    }
    for name, value in facts.items():
        click.echo(f"{name + ':':8}{printable(value)}")
    click.echo(f"\n{readable(letter.line)}")


@dead_letters.command(name="retry")
@_with_file
@click.argument("numbers", metavar="[ID]...", type=click.IntRange(1), nargs=-1)
@click.option("--all", "every", is_flag=True, help="All of them.")
def retry_command(config: str | None, path: str | None, numbers: tuple[int, ...], every: bool) -> None:
    """Send them to Loggly again, one event a request, and forget those that it takes.

    One that is refused again stays, with the new answer. An answer that says nothing of the event, such as a refused token
    or an outage, ends the attempt. The exit code is 1 where any of them stays.
    """
    if every == bool(numbers):
        raise click.UsageError("expected ids, or --all")
    loaded = configuration.load(config, (), os.environ)
    loggly = loaded.settings.loggly
    post = Loggly(Target(loggly.url, loaded.token, loggly.timeout, loggly.gzip)).post
    with closing(_opened(loaded.settings, path, config)) as letters:
        wanted = letters.ids() if every else list(dict.fromkeys(numbers))
        if unknown := sorted(set(wanted) - set(letters.ids())):
            raise ConfigError("\n".join(map(_unknown, unknown)))
        taken = sum(_retried(letters, wanted, post))
    click.echo(f"{taken} delivered, {len(wanted) - taken} kept")
    sys.exit(0 if taken == len(wanted) else 1)


def _retried(letters: DeadLetters, numbers: Sequence[int], post: _Post) -> Iterator[bool]:
    """Send one after the other; yield whether Loggly took it, until an answer is about something else than the event."""
    for number in numbers:
        letter = letters.get(number)
        if letter is None:
            click.echo(f"{number}: gone, somebody else has sent it")
            yield True
            continue
        outcome = post(letter.tags, letter.line)
        meaning = verdict(outcome)
        if meaning is Verdict.DELIVERED:
            click.echo(f"{number}: delivered{FOREIGN if outcome.foreign else ''}")
            letters.remove(number)
        elif meaning is Verdict.SPLIT:
            letters.answered(number, str(outcome))
            click.echo(f"{number}: refused again, {printable(str(outcome))}")
        else:
            click.echo(
                f"{number}: not sent, {printable(str(outcome))} - try again when Loggly accepts events", err=True
            )
            return
        yield meaning is Verdict.DELIVERED


def readable(line: bytes) -> str:
    """Return an event for a person to read: indented JSON where it is JSON."""
    try:
        text = msgspec.json.format(line, indent=2)
    except (msgspec.MsgspecError, RecursionError):
        text = line
    return "\n".join(map(printable, text.decode("utf-8", "replace").split("\n")))


def _settings(config: str | None) -> Settings:
    return configuration.settings(config, (), os.environ)


def _opened(settings: Settings, path: str | None, config: str | None) -> DeadLetters:
    found = path or settings.dead_letter.path
    if not found:
        raise ConfigError(
            f"{config or '(no file)'}: dead_letter.path: expected the file of dead letters, got none"
            " - give --path, or the bridge's --config"
        )
    return DeadLetters(found, settings.dead_letter.max_bytes, create=False)


def _print_table(letters: DeadLetters) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("id", "time", "reason", "answer", "size", "who", "what"):
        table.add_column(name, justify="right" if name in {"id", "size"} else "left", overflow="fold")
    for letter in letters.list():
        who, what = _who_and_what(letter.line)
        cells = (str(letter.id), letter.time, letter.reason, letter.answer, f"{len(letter.line):,}", who, what)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    if not table.row_count:
        click.echo("no dead letters")
        return
    Console(highlight=False, width=None if sys.stdout.isatty() else WIDE).print(table)


def _who_and_what(line: bytes) -> tuple[str, str]:
    """Return the actor, and the action on its target, as the event's `audit` object names them."""
    event = orjson.loads(line) if _is_json(line) else None
    audit = event.get("audit") if isinstance(event, dict) else None
    if not isinstance(audit, dict):
        return "", ""
    what = " ".join(str(audit[key]) for key in ("action", "target") if key in audit)
    return str(audit.get("actor", "")), what or str(audit.get("parseError", ""))


def _as_json(letter: Letter) -> str:
    """Return one object; the event in it as it was sent, or as text where it is no JSON."""
    fields = {"id": letter.id, "time": letter.time, "reason": letter.reason, "answer": letter.answer}
    event = orjson.Fragment(letter.line) if _is_json(letter.line) else letter.line.decode("utf-8", "replace")
    return orjson.dumps({**fields, "tags": letter.tags, "size": len(letter.line), "event": event}).decode()


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _unknown(number: int) -> str:
    return f"{number}: expected the id of a dead letter, got none of them - see audit-bridge dead-letters list"
