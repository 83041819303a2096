"""`audit-bridge`: its commands, and what their errors are to a shell.

Exit codes: 0 done, 1 the input is wrong, 2 usage, 3 a bug of ours, 130 interrupted.
"""

import sys
import traceback
from importlib import import_module

import click

from bridge.errors import BridgeError

COMMANDS = {
    "check": "bridge.commands:check",
    "dead-letters": "bridge.dead_letters_command:dead_letters",
    "demo": "bridge.demo_command:demo_command",
    "notify": "bridge.notify_command:notify",
    "replay": "bridge.replay_command:replay_command",
    "run": "bridge.commands:run",
    "sandbox": "bridge.sandbox.command:sandbox",
    "show": "bridge.show_command:show",
    "top": "bridge.top_command:top",
    "verify": "bridge.verify_command:verify",
}


class Commands(click.Group):
    """Commands whose modules are loaded when they are asked for: a bridge that starts needs nothing of the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        """Return the names of all."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's interface
        """Return one by its name."""
        module, _, attribute = COMMANDS.get(cmd_name, "").partition(":")
        command: click.Command | None = getattr(import_module(module), attribute) if module else None
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kube-audit-bridge", prog_name="audit-bridge")
def commands() -> None:
    """Kubernetes audit logs from Fluentd to Loggly, acknowledged only when Loggly has them."""


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
