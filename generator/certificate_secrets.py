"""Certificates as the Secrets that the rendered manifests refer to; the authority's key is in none of them.

For TLS between agents and the bridge, the bridge gets the server's certificate and agents the client's, either with the authority that
it trusts; one name serves in both namespaces. For the webhook, whoever takes it gets the server's.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping

from generator import host, templates, webhook
from generator.values import Values

SERVER, CLIENT = "server", "client"


def manifests(files: Mapping[str, bytes], values: Values) -> str:
    """Return the Secrets that the values ask for as a stream for `kubectl apply -f -`; those of Forward where they ask for none.

    Secret: for standard output, where that is asked for.
    """
    hook = values.audit.webhook
    found: list[dict[str, object]] = []
    if hook is None or values.tls.mode != "off":
        found += _forward(files, values)
    if hook is not None:
        namespace = values.namespaces.agent if webhook.is_direct(values) else values.namespaces.bridge
        found.append(_secret(files, hook.secret, namespace, SERVER) | {"type": "Opaque"})
    return "".join(f"---\n{templates.to_yaml(one)}" for one in found)


def _forward(files: Mapping[str, bytes], values: Values) -> Iterator[dict[str, object]]:
    yield _secret(files, values.tls.secret, values.namespaces.bridge, SERVER)
    if not host.way(values).managed:  # what fetches a cloud's log is beside the bridge
        yield _secret(files, values.tls.secret, values.namespaces.agent, CLIENT)


def _secret(files: Mapping[str, bytes], name: str, namespace: str, stem: str) -> dict[str, object]:
    content = {"ca.crt": files["ca.crt"], "tls.crt": files[f"{stem}.crt"], "tls.key": files[f"{stem}.key"]}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/tls",
        "metadata": {"name": name, "namespace": namespace},
        "data": {key: b64encode(data).decode() for key, data in content.items()},
    }
