"""`audit-bridge`: its commands, and what their errors are to a shell.

Exit codes: 0 done, 1 the input is wrong, 2 usage, 3 a bug of ours, 130 interrupted.
"""

import sys
import traceback

import click

from bridge.commands import check, demo_command, replay_command, run
from bridge.dead_letters_command import dead_letters
from bridge.errors import BridgeError
from bridge.sandbox.command import sandbox
from bridge.show_command import show


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kube-audit-bridge", prog_name="audit-bridge")
def commands() -> None:
    """Kubernetes audit logs from Fluentd to Loggly, acknowledged only when Loggly has them."""


for command in (run, check, replay_command, demo_command, show, dead_letters, sandbox):
    commands.add_command(command)


def main() -> None:
    """Run the command line; the only place where an error becomes an exit code."""
    try:
        commands(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BridgeError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
    except Exception:  # noqa: BLE001 - a bug: say so, and how to report it
        traceback.print_exc()
        click.echo("audit-bridge: this is a bug; please report it with the lines above", err=True)
        sys.exit(3)
