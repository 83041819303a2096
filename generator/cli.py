"""`audit-generator`: its commands, and what becomes of their errors.

Exit codes: 0 done, 1 the input is wrong or something differs, 2 usage, 3 a bug, 130 interrupted.
"""

import sys
import traceback
from typing import Any

import click

from audit.document import DocumentError
from generator.errors import GeneratorError
from generator.lazy import LazyGroup

COMMANDS = {
    "alerts": "generator.alerts_command:alerts_command",
    "certs": "generator.certs_command:certs",
    "diff": "generator.diff_command:diff_command",
    "explain": "generator.explain_command:explain_command",
    "policy": "generator.policy_command:policy",
    "render": "generator.render_command:render_command",
    "schema": "generator.schema_command:schema_command",
    "user": "generator.user_command:user",
    "validate": "generator.validate_command:validate",
}
"""Where each command is; it is imported when it is called."""


@click.group(cls=LazyGroup, modules=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kube-audit-bridge")
def cli() -> None:
    """Render everything that a cluster needs to ship its audit log to Loggly.

    Exit code: 0 done; 1 the input is wrong, or something differs; 2 usage; 3 a bug; 130 interrupted.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run a command line and exit with its code."""
    try:
        result: Any = cli.main(arguments, prog_name="audit-generator", standalone_mode=False)
        sys.exit(result if isinstance(result, int) else 0)
    except (DocumentError, GeneratorError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
    except Exception:  # noqa: BLE001 - whatever gets here is a bug, and says so
        traceback.print_exc()
        click.echo("This is a bug in audit-generator; please report it with the lines above.", err=True)
        sys.exit(3)
