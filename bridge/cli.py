"""The commands of `audit-bridge`. Only command modules print."""

import click

from bridge.sandbox.command import sandbox


@click.group()
@click.version_option(package_name="kube-audit-bridge", prog_name="audit-bridge")
def main() -> None:
    """Kubernetes audit logs from Fluentd to Loggly, acknowledged only when Loggly has them."""


main.add_command(sandbox)
