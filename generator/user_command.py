"""`audit-generator user`: an identity for a person or a CI system, by certificate or as a service account."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator import kubeconfigs, private_files, rights, templates, user_files, user_names, user_requests
from generator.policy_files import release
from generator.private_keys import KINDS, Kind, kind_of
from generator.rights import Subject
from generator.spans import Span
from generator.user_files import Place, UserError

if TYPE_CHECKING:
    from datetime import timedelta

_FILE = click.Path(path_type=Path, dir_okay=False)
_WAYS = "--ca-cert with --ca-key, --request, --certificate or --service-account"


@click.command(name="user")
@click.argument("name", metavar="NAME")
@click.option("--group", "groups", multiple=True, metavar="GROUP", help="A group that the user is in; repeatable.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="The folder of the files; NAME without it."
)
@click.option(
    "--ca-cert", type=_FILE, help="The cluster's authority, such as /etc/kubernetes/pki/ca.crt: sign with it."
)
@click.option("--ca-key", type=_FILE, help="Its key.")
@click.option("--request", is_flag=True, help="Print a CertificateSigningRequest for kubectl apply -f - instead.")
@click.option(
    "--certificate",
    metavar="FILE",
    help="What the cluster issued for it, as .status.certificate has it; - is standard input.",
)
@click.option(
    "--service-account", metavar="NAMESPACE", help="No certificate: a ServiceAccount in this namespace, for pods."
)
@click.option("--key", "kind", type=click.Choice(KINDS), help="The kind of a new key; ecdsa (P-256) without it.")
@click.option(
    "--lifetime", type=Span(), default="90d", show_default=True, help="Of the certificate; it cannot be revoked."
)
@release("The cluster's release, such as 1.20; it decides the form of --request.")
@click.option("--kubeconfig", type=_FILE, help="Take the cluster from this kubeconfig.")
@click.option("--context", metavar="NAME", help="From this context of it; its current one without.")
@click.option("--server", metavar="URL", help="Or the cluster's address, such as https://192.0.2.10:6443.")
@click.option("--cluster-ca", type=_FILE, help="With --server, the cluster's authority; --ca-cert without it.")
@click.option(
    "--cluster-name",
    default="kubernetes",
    show_default=True,
    help="With --server, the cluster's name in the kubeconfig.",
)
@click.option(
    "-n",
    "--namespace",
    "namespaces",
    multiple=True,
    metavar="NAMESPACE",
    help="Where --allow and --ci give rights; repeatable.",
)
@click.option(
    "--allow",
    multiple=True,
    metavar="VERBS:RESOURCES",
    help="Rights, such as get,list:pods,deployments.apps; repeatable.",
)
@click.option("--ci", is_flag=True, help="The rights of one that deploys applications: no Secrets, no exec, no RBAC.")
@click.option(
    "--despite", default="", metavar="REASON", help="Allow a name, group or right that is refused, with the reason."
)
def user(*, name: str, groups: tuple[str, ...], despite: str, output: Path | None, **options: Any) -> None:
    """Make an identity of the cluster: a user without any rights, or one for a CI system such as Jenkins.

    A user is a certificate: signed here with the cluster's own authority (--ca-cert, --ca-key), or by the cluster: --request prints what to
    apply, `kubectl certificate approve` lets it be issued, --certificate takes it from there. In the folder: NAME.crt, and for their
    owner alone NAME.key and NAME.kubeconfig, which has a context of its own.

    --allow and --ci print a Role and a RoleBinding for each --namespace. A CI system inside the cluster is a --service-account,
    outside it is a user. Only what is for kubectl apply -f - goes to standard output.
    """
    user_names.check(name, groups, despite)
    _one_way(options)
    slug = user_names.slug(name)
    manifests: list[dict[str, Any]] = []
    allowed = (*options["allow"], *(rights.DEPLOYER if options["ci"] else ()))
    if bool(allowed) != bool(options["namespaces"]):
        raise click.UsageError(
            "--namespace and --allow or --ci: expected both or none - rights are given in namespaces"
        )
    subject = Subject(name, slug, options["service_account"] or "")
    wanted = rights.manifests(subject, options["namespaces"], allowed, despite)
    if not subject.account_namespace:
        identity = _Identity(name, groups, slug, output or Path(slug), options)
        manifests += identity.make(despite)
    elif slug != name or groups:
        raise click.UsageError(
            "--service-account: expected a name of lower-case letters, digits and '-', and no --group"
        )
    for one in [*manifests, *wanted]:
        click.echo(f"---\n{templates.to_yaml(one)}", nl=False)
    if despite:
        _say(f"allowed despite what speaks against it: {despite}")
    _say(
        f"in the audit log it is {subject.username}; bridge.config.identities can name it: "
        f"- {{label: {slug}, users: [{templates.to_json(subject.username)}]}}"
    )


class _Identity:
    """A user by certificate: what the options ask for, done in the user's folder."""

    def __init__(self, name: str, groups: tuple[str, ...], slug: str, folder: Path, options: dict[str, Any]) -> None:
        self._name, self._groups, self._slug, self._folder = name, groups, slug, folder
        self._options = options
        self._lifetime: timedelta = options["lifetime"]
        kind: Kind | None = options["kind"]
        self._key, self._is_new = user_files.user_key(folder, slug, kind)

    def make(self, despite: str) -> list[dict[str, Any]]:
        """Write the files; return what is to be applied."""
        if self._options["request"]:
            return [self._request(despite)]
        if self._options["certificate"]:
            self._take(self._options["certificate"])
            return []
        by = user_files.signer(self._options["ca_cert"], self._options["ca_key"])
        certificate = user_files.signed(self._name, self._groups, self._key, by, self._lifetime)
        self._write(user_files.contents(self._slug, self._name, self._key, certificate, self._place()))
        return []

    def _request(self, despite: str) -> dict[str, Any]:
        if self._lifetime < user_requests.SHORTEST:
            raise click.UsageError("--lifetime: expected 10m or more - the cluster issues nothing shorter")
        version: str = self._options["version"]
        request = user_requests.signing_request(self._name, self._groups, self._key)
        kind = kind_of(self._key)
        found = user_requests.manifest(self._slug, request, version, self._lifetime, kind=kind, despite=despite)
        self._write(user_files.contents(self._slug, self._name, self._key, None, None))
        _say(f"apply what is on standard output, then: kubectl certificate approve {self._slug}")
        _say(
            f"then: kubectl get csr {self._slug} -o jsonpath='{{.status.certificate}}' |"
            f" audit-generator user {self._slug if self._slug == self._name else repr(self._name)} --certificate - -o {self._folder} --kubeconfig FILE"
        )
        return found

    def _take(self, source: str) -> None:
        if self._is_new:
            raise UserError(
                f"{self._folder / self._slug}.key: expected the key of the request, got none - begin with --request"
            )
        data = sys.stdin.buffer.read() if source == "-" else _content(Path(source))
        certificate = user_requests.answer(data)
        if certificate is None:
            raise UserError(
                f"{source}: expected what the cluster issued, got no certificate - is the request approved?"
            )
        user_files.checked(certificate, self._name, self._key, source)
        self._write(user_files.contents(self._slug, self._name, self._key, certificate, self._place()))

    def _place(self) -> Place | None:
        """Return the cluster for the kubeconfig, None where nothing says where it is."""
        options = self._options
        namespace = next(iter(options["namespaces"]), "")
        if options["kubeconfig"]:
            return Place(*kubeconfigs.cluster_of(options["kubeconfig"], options["context"]), namespace)
        authority: Path | None = options["cluster_ca"] or options["ca_cert"]
        if not options["server"]:
            _say("no kubeconfig is written - name the cluster with --kubeconfig FILE, or --server URL")
            return None
        if authority is None:
            raise click.UsageError(
                "--server: expected --cluster-ca with it, or nobody could tell that it is the cluster"
            )
        return Place(options["cluster_name"], kubeconfigs.cluster(options["server"], _content(authority)), namespace)

    def _write(self, files: dict[str, bytes]) -> None:
        new = {name: data for name, data in files.items() if self._is_new or not name.endswith(".key")}
        private_files.write(self._folder, new)
        private_files.tighten(self._folder, files)
        for name in files:
            _say(f"{'wrote' if name in new else 'kept '} {self._folder / name}")


def _one_way(options: dict[str, Any]) -> None:
    """Refuse none and several ways to get an identity."""
    by_files = options["ca_cert"] is not None or options["ca_key"] is not None
    if by_files and (options["ca_cert"] is None or options["ca_key"] is None):
        raise click.UsageError("--ca-cert and --ca-key: expected both - or --request, where the cluster signs")
    ways = [by_files, options["request"], options["certificate"], options["service_account"]]
    if sum(map(bool, ways)) != 1:
        raise click.UsageError(
            f"expected one of {_WAYS}, got {sum(map(bool, ways)) or 'none'} - they exclude each other"
        )


def _content(file: Path) -> bytes:
    found = private_files.read(file.parent, [file.name])
    if file.name not in found:
        raise UserError(f"{file}: expected a file, got none - check the path")
    return found[file.name]


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
