"""Certificates as Secrets."""

from base64 import b64decode

import yaml

from generator import certificate_secrets
from generator.values import Namespaces, Values

FILES = {f"{stem}.{end}": f"{stem} {end}".encode() for stem in ("ca", "server", "client") for end in ("crt", "key")}


def test_each_namespace_gets_its_own_and_nobody_the_authority_s_key() -> None:
    values = Values(namespaces=Namespaces(agent="agents", bridge="bridges"))
    found = list(yaml.safe_load_all(certificate_secrets.manifests(FILES, values, "tls")))
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
