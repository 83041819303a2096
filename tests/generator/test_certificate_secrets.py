"""Certificates as Secrets."""

from base64 import b64decode

import yaml

from generator import certificate_secrets
from generator.shared_values import Tls
from generator.values import Agent, Audit, Cluster, Namespaces, Values
from generator.webhook_values import Webhook

NAMESPACES = Namespaces(agent="agents", bridge="bridges")
FILES = {f"{stem}.{end}": f"{stem} {end}".encode() for stem in ("ca", "server", "client") for end in ("crt", "key")}


def test_each_namespace_gets_its_own_and_nobody_the_authority_s_key() -> None:
    values = Values(namespaces=NAMESPACES, tls=Tls(mode="secret", secret="tls"))
    found = list(yaml.safe_load_all(certificate_secrets.manifests(FILES, values)))
    assert [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/tls",
            "metadata": {"name": "tls", "namespace": namespace},
            "data": {"ca.crt": b"ca crt", "tls.crt": b"%b crt" % stem, "tls.key": b"%b key" % stem},
        }
        for namespace, stem in (("bridges", b"server"), ("agents", b"client"))
    ] == [{**one, "data": {key: b64decode(text) for key, text in one["data"].items()}} for one in found]


def test_a_managed_cloud_has_no_namespace_of_agents() -> None:
    cluster = Cluster(distribution="eks", version="1.33")
    values = Values(namespaces=NAMESPACES, cluster=cluster, tls=Tls(mode="secret", secret="tls"))
    assert [("tls", "bridges", "kubernetes.io/tls")] == places(values)


def test_who_takes_the_webhook_gets_the_server_s() -> None:
    audit = Audit(webhook=Webhook(cluster_ip="10.96.0.50"))
    service = Values(namespaces=NAMESPACES, audit=audit)
    direct = Values(namespaces=NAMESPACES, audit=audit, agent=Agent(flavor="direct"))
    both = Values(namespaces=NAMESPACES, audit=audit, tls=Tls(mode="secret"))
    assert [[("audit-webhook-tls", "bridges", "Opaque")], [("audit-webhook-tls", "agents", "Opaque")], 3] == [
        places(service),
        places(direct),
        len(places(both)),
    ]


def places(values: Values) -> list[tuple[str, str, str]]:
    found = yaml.safe_load_all(certificate_secrets.manifests(FILES, values))
    return [(one["metadata"]["name"], one["metadata"]["namespace"], one["type"]) for one in found]
