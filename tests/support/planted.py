"""Bodies with a secret planted in every place from which it must vanish, and the events around them."""

import json
from typing import Any

from hypothesis import strategies as st

from tests.support.events import TEXT, event

PLANTED = "hunter2planted"
"""The secret: letters and digits, so that no encoding hides it from a search."""

_OTHER_KEYS = TEXT.filter(lambda key: key.lower() not in {"kind", "items", "metadata"})
DEEP = st.recursive(
    st.just(PLANTED),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=2)
        | st.dictionaries(TEXT, inner, min_size=1, max_size=2)
        | inner.map(json.dumps)
    ),
    max_leaves=4,
)
"""The secret at any depth, also within JSON within texts."""

_DATA = st.sampled_from(["data", "stringData", "Data", "DATA"])
SECRETS = st.builds(
    lambda data, deep, more: {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "db"}, data: deep, **more},
    _DATA.filter(lambda key: key in {"data", "stringData"}),
    DEEP,
    st.dictionaries(st.sampled_from(["type", "immutable"]), st.sampled_from(["Opaque", True])),
)
SECRET_PATCHES = st.one_of(
    st.builds(lambda data, deep: {data: deep, "$patch": "merge", "metadata": None}, _DATA, DEEP),
    st.builds(
        lambda op, path, deep: [
            {"op": "remove", "path": "/metadata/labels/a"},
            {"op": op, "path": path, "value": deep},
        ],
        st.sampled_from(["add", "replace", "test"]),
        st.sampled_from(
            ["/data", "/data/password", "/stringData/a~1b", "/data/0", "/data/-", "/Data", "/any", "/data/a/b"]
        ),
        DEEP,
    ),
    DEEP.map(lambda deep: [{"op": "replace", "path": "", "value": {"data": deep}}]),
    DEEP.map(lambda deep: [{"value": deep, "path": "/data/x"}]),
    DEEP.map(lambda deep: json.dumps({"data": deep})),
    DEEP,
    DEEP.map(lambda deep: [deep]),
)
TOKENS = st.one_of(
    DEEP.map(
        lambda deep: {"kind": "TokenRequest", "metadata": {}, "spec": {"audiences": ["a"]}, "status": {"token": deep}}
    ),
    DEEP.map(lambda deep: {"kind": "TokenReview", "metadata": {}, "spec": {"token": deep}}),
)
ANY = st.one_of(
    SECRETS,
    TOKENS,
    st.builds(
        lambda key, deep: {"kind": "Pod", "metadata": {"annotations": {key: deep}}},
        st.sampled_from(["kubectl.kubernetes.io/last-applied-configuration", "x/last-applied-configuration"]),
        DEEP,
    ),
    DEEP.map(lambda deep: {"kind": "Pod", "metadata": {"name": "a", "managedFields": [{"manager": deep}]}}),
    st.builds(
        lambda key, value: {"kind": "Database", "spec": {"a": [{key: value}]}},
        st.sampled_from(["password", "adminPassword", "api_key", "clientSecret", "Authorization", "tls.key"]),
        st.sampled_from([PLANTED, [PLANTED], {"inline": PLANTED}, {"a": [{"b": PLANTED}]}]),
    ),
    st.sampled_from(["env", "Env"]).map(
        lambda key: {"kind": "Pod", "spec": {"containers": [{key: [{"name": "X", "value": PLANTED}]}]}}
    ),
    st.sampled_from(
        [
            {
                "kind": "Deployment",
                "spec": {"template": {"spec": {"initContainers": [{"args": ["--token", PLANTED]}]}}},
            },
            {"kind": "Probe", "httpHeaders": [{"name": "Authorization", "value": PLANTED}]},
            [{"op": "add", "path": "/spec/containers/0/env/-", "value": {"name": "X", "value": PLANTED}}],
            [{"op": "add", "path": "/spec/containers/0/env/0/value", "value": PLANTED}],
            [{"op": "add", "path": "/spec/containers/0/args/1", "value": PLANTED}],
            [{"op": "add", "path": "/spec/adminPassword", "value": PLANTED}],
            {"kind": "ConfigMap", "data": {"db.password": PLANTED}},
            {"kind": "ConfigMap", "data": {"app.conf": f"a = 1\npassword = {PLANTED}\n"}},
            {"kind": "ConfigMap", "data": {"app.json": json.dumps({"db": {"password": PLANTED}})}},
            {"kind": "ConfigMap", "binaryData": {"a": PLANTED}},
            {"kind": "Any", "url": f"https://me:{PLANTED}@host/"},
            {"kind": "Any", "text": f"eyJhbGciOiJI.eyJzdWIi{PLANTED}.c2ln"},
            {"kind": "Any", "text": f"-----BEGIN PRIVATE KEY-----\n{PLANTED}\n-----END PRIVATE KEY-----"},
            {"kind": "Status", "message": f'error found in #10 byte of ...|"a":"{PLANTED}"|...'},
            {"kind": "Any", "annotations": {"a": json.dumps({"kind": "Secret", "data": {"a": PLANTED}})}},
        ]
    ),
)
"""Bodies that are told by themselves, whatever the event says."""


def _wrapped(body: Any, way: str) -> Any:
    ways = {
        "list": {"kind": "List", "apiVersion": "v1", "metadata": {}, "items": [{"kind": "Pod"}, body]},
        "watch": {"type": "ADDED", "object": body},
        "table": {"kind": "Table", "rows": [{"cells": ["a", 1], "object": body}]},
        "text": {"kind": "Any", "spec": {"raw": json.dumps(body)}},
    }
    return ways.get(way, body)


WRAPPED = st.builds(_wrapped, ANY, st.sampled_from(["", "list", "watch", "table", "text"]))

_LISTS = DEEP.map(
    lambda deep: {"kind": "SecretList", "metadata": {}, "items": [{"metadata": {"name": "a"}, "data": {"b": deep}}]}
)
_SECRETS_REF = {"resource": "secrets", "namespace": "shop", "name": "db", "apiVersion": "v1"}
_TOKEN_REF = {
    "resource": "serviceaccounts",
    "subresource": "token",
    "namespace": "shop",
    "name": "a",
    "apiVersion": "v1",
}
_PODS_REF = {"resource": "pods", "namespace": "shop", "name": "a", "apiVersion": "v1"}


def _event(ref: dict[str, Any] | None, uri: str, name: str, body: Any, level: str) -> dict[str, Any]:
    return event(objectRef=ref, requestURI=uri, level=level, **{name: body})


_NAMES = st.sampled_from(["requestObject", "responseObject"])
_LEVELS = st.sampled_from(["RequestResponse", "Metadata"])
EVENTS = st.one_of(
    # What the body is, its own kind says; the event may say anything, or nothing.
    st.builds(
        _event,
        st.sampled_from([_PODS_REF, _SECRETS_REF, None]),
        st.sampled_from(["/api/v1/namespaces/shop/pods/a", "/", ""]),
        _NAMES,
        WRAPPED | _LISTS,
        _LEVELS,
    ),
    # What the body is, only the event says: by its objectRef, by its URI, or by neither, where anything may be a patch.
    st.builds(_event, st.just(_SECRETS_REF), st.just("/x"), _NAMES, SECRET_PATCHES | SECRETS, _LEVELS),
    st.builds(
        _event, st.just(_PODS_REF), st.just("/api/v1/namespaces/shop/secrets/db"), _NAMES, SECRET_PATCHES, _LEVELS
    ),
    st.builds(_event, st.none(), st.just("/x"), _NAMES, SECRET_PATCHES, _LEVELS),
    st.builds(
        _event, st.just(_TOKEN_REF), st.just("/x"), _NAMES, DEEP.map(lambda deep: {"status": {"token": deep}}), _LEVELS
    ),
)
"""Events from which the secret must vanish."""

_ESCAPABLE = (
    "data",
    "stringData",
    "kind",
    "Secret",
    "token",
    "password",
    "env",
    "value",
    "last-applied",
    "managedFields",
)


def escaped(line: str, at: int) -> str:
    """Return the same JSON with one letter of each telling word escaped, as no encoder of the API server's would write it."""
    for word in _ESCAPABLE:
        place = at % len(word)
        line = line.replace(f'"{word}', f'"{word[:place]}\\u{ord(word[place]):04x}{word[place + 1 :]}')
    return line
