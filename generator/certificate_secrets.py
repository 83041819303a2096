"""Certificates as the Secrets that the rendered manifests refer to; the authority's key is in none of them.

The bridge gets the server's certificate, agents the client's, either with the authority that it trusts. One name serves in both
namespaces.
"""

from base64 import b64encode
from collections.abc import Mapping

from generator import templates
from generator.values import Values

SERVER, CLIENT = "server", "client"


def manifests(files: Mapping[str, bytes], values: Values, name: str) -> str:
    """Return both Secrets as a stream for `kubectl apply -f -`. Secret: for standard output, where that is asked for."""
    places = {values.namespaces.bridge: SERVER, values.namespaces.agent: CLIENT}
    return "".join(f"---\n{templates.to_yaml(_secret(files, name, *place))}" for place in places.items())


def _secret(files: Mapping[str, bytes], name: str, namespace: str, stem: str) -> dict[str, object]:
    content = {"ca.crt": files["ca.crt"], "tls.crt": files[f"{stem}.crt"], "tls.key": files[f"{stem}.key"]}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": {"name": name, "namespace": namespace},
        "data": {key: b64encode(data).decode() for key, data in content.items()},
    }
