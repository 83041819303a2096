"""`audit-generator certs`: an authority and what it issues, for TLS between agents, API server and bridge."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from generator import certificate_secrets, private_files, webhook
from generator.certificates import San, Wish, san
from generator.certs import AUTHORITY, CertificateError, Change, Leaf, Note, plan
from generator.load import load
from generator.metadata import AGENT, BRIDGE, service_names
from generator.private_keys import KINDS, Kind
from generator.renewal import Terms
from generator.spans import Span
from generator.values import Values

CLIENT_NAME = r"[A-Za-z0-9][A-Za-z0-9:._-]{0,63}"


class SanType(click.ParamType[San]):
    """A DNS name or an IP address."""

    name = "name or address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> San:
        """Read it, or refuse it with an example of each form."""
        found = san(str(value))
        if found is None:
            self.fail(
                f"expected a DNS name such as bridge.example.com or an address such as 10.96.0.50, got {value!r}",
                param,
                ctx,
            )
        return found


@click.command()
@click.argument("values", nargs=-1, type=click.Path(path_type=Path), metavar="[VALUES]...")
@click.option("--set", "settings", multiple=True, metavar="KEY.PATH=VALUE", help="Set one value over all files.")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder of the files."
)
@click.option(
    "--san",
    "sans",
    multiple=True,
    type=SanType(),
    metavar="NAME",
    help="A further name or address of the server; repeatable.",
)
@click.option(
    "--client",
    "clients",
    multiple=True,
    metavar="NAME",
    help="A further client, with files of its own, client-NAME.crt and .key; repeatable.",
)
@click.option(
    "--key",
    "kind",
    type=click.Choice(KINDS),
    help="The kind of new keys; without it that of the old one, else ecdsa (P-256).",
)
@click.option("--lifetime", type=Span(), default="1y", show_default=True, help="Of server and clients.")
@click.option("--ca-lifetime", type=Span(), default="10y", show_default=True, help="Of the authority.")
@click.option("--renew-before", type=Span(), default="30d", show_default=True, help="Renew what expires within this.")
@click.option("--renew", is_flag=True, help="Renew server and clients although they are good.")
@click.option(
    "--renew-ca", is_flag=True, help="A new authority beside the old one, which stays trusted until it expires."
)
@click.option(
    "--replace-ca",
    is_flag=True,
    help="A new authority instead of the old one, whose certificates are refused from then on.",
)
@click.option(
    "--secrets", is_flag=True, help="Print the Secrets that VALUES refer to, keys included, for kubectl apply -f -."
)
def certs(
    *,
    values: tuple[Path, ...],
    settings: tuple[str, ...],
    output: Path,
    sans: tuple[San, ...],
    clients: tuple[str, ...],
    renew_ca: bool,
    replace_ca: bool,
    secrets: bool,
    **terms: Any,
) -> None:
    """Make certificates for TLS, and renew those that need it: an authority, a server, clients.

    In the folder: ca.crt, ca.key, server.crt, server.key, client.crt, client.key. The server is the bridge, for Fluentd and for the
    API server's audit webhook; its names are those of the Service that VALUES lead to (without VALUES the defaults), what API servers call where VALUES have a
    webhook, and --san. API servers then are a client of their own.

    Run again, it keeps what is still good and says what it kept, what it renewed, and why. A renewed certificate keeps the names
    that it had. Nothing is printed of a key unless --secrets asks for it. Keep ca.key away from the cluster.
    """
    if renew_ca and replace_ca:
        raise click.UsageError(
            "--renew-ca and --replace-ca: expected one of them - the second trusts the old authority no more"
        )
    loaded = load(values, settings).values if values or settings else Values()
    leaves = _leaves(loaded, sans, clients)
    change: Change = "renew" if renew_ca else "replace" if replace_ca else "keep"
    names = [f"{stem}{suffix}" for stem in (AUTHORITY, *(leaf.stem for leaf in leaves)) for suffix in (".crt", ".key")]
    found = private_files.read(output, names)
    try:
        result = plan(found, leaves, _terms(**terms), datetime.now(UTC), change=change)
    except CertificateError as error:
        raise CertificateError(f"{output}/{error}") from None
    private_files.write(output, result.files)
    for name in private_files.tighten(output, names):
        click.echo(f"{output / name}: others may no longer read it", err=True)
    for note in result.notes:
        click.echo(_line(output, note), err=secrets)
    for warning in result.warnings:
        click.echo(f"{output}: {warning}", err=True)
    if secrets:
        click.echo(certificate_secrets.manifests(found | result.files, loaded), nl=False)


def _terms(
    *, kind: Kind | None, lifetime: timedelta, ca_lifetime: timedelta, renew_before: timedelta, renew: bool
) -> Terms:
    if renew_before >= lifetime:
        raise click.UsageError("--renew-before: expected less than --lifetime, or every run would renew everything")
    return Terms(lifetime, ca_lifetime, renew_before, kind, renew)


def _leaves(values: Values, sans: Sequence[San], clients: Sequence[str]) -> list[Leaf]:
    hook = values.audit.webhook
    called = [webhook.called(values)] if hook else []
    known = [name for text in (*service_names(values), *called) if (name := san(text)) is not None]
    names = tuple(dict.fromkeys((*known, *sans)))
    leaves = [Leaf("server", Wish(BRIDGE, "server", names)), Leaf("client", Wish(AGENT, "client"))]
    for name in dict.fromkeys((*([hook.client_name] if hook else []), *clients)):
        if not re.fullmatch(CLIENT_NAME, name):
            raise click.BadParameter(
                f"expected 1-64 letters, digits, ':', '.', '_' and '-', such as kube-apiserver, got {name!r}",
                param_hint="--client",
            )
        leaves.append(Leaf(f"client-{name}", Wish(name, "client")))
    return leaves


def _line(folder: Path, note: Note) -> str:
    why = f": {note.why}" if note.why else ""
    return f"{note.done:<8} {folder / note.stem}.crt, until {note.end:%Y-%m-%d}{why}"
