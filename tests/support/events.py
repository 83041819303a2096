"""Audit events for tests: one to change, generated ones, and values that JSON and MessagePack can hold."""

import gzip
from importlib import resources
from typing import Any

import msgpack
import msgspec
from hypothesis import strategies as st

from audit.event import Event

SAMPLE = resources.files("bridge").joinpath("sample/kube-apiserver-1.20.log.gz")  # of the wheel, where that is tested


def event(**changes: Any) -> dict[str, Any]:
    """Return an audit event with these fields set, or left out where they are None."""
    whole = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": "0a1b2c3d-0000-4000-8000-000000000001",
        "stage": "ResponseComplete",
        "requestURI": "/api/v1/namespaces/shop/secrets/db",
        "verb": "get",
        "user": {"username": "alice", "groups": ["system:authenticated"]},
        "sourceIPs": ["203.0.113.9", "10.0.0.7"],
        "userAgent": "kubectl/v1.30.1",
        "objectRef": {"resource": "secrets", "namespace": "shop", "name": "db", "apiVersion": "v1"},
        "responseStatus": {"metadata": {}, "code": 200},
        "requestReceivedTimestamp": "2026-01-31T12:34:56.000001Z",
        "stageTimestamp": "2026-01-31T12:34:56.123456Z",
        "annotations": {"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "RBAC: allowed"},
    }
    return {key: value for key, value in {**whole, **changes}.items() if value is not None}


def sample_lines() -> list[bytes]:
    """Return the lines of the bundled log of a real API server."""
    return gzip.decompress(SAMPLE.read_bytes()).splitlines()


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | TEXT
    | st.binary(max_size=12)
    | st.builds(msgpack.ExtType, st.integers(0, 127), st.binary(max_size=8))
    | st.builds(msgpack.Timestamp, st.integers(-(2**63), 2**63 - 1), st.integers(0, 10**9 - 1))
)
PACKABLE = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TEXT | st.binary(max_size=6) | st.integers(-5, 5), inner, max_size=4)
    ),
    max_leaves=12,
)
"""What MessagePack can hold, as its unpacker gives it."""

KNOWN = {"message", "log", *(field.encode_name for field in msgspec.structs.fields(Event))}
EXTRA = st.dictionaries(TEXT | st.just("authentication.kubernetes.io/pod-name"), st.lists(TEXT, max_size=2))
EVENTS = st.builds(
    lambda base, others: {**others, **base},
    st.fixed_dictionaries(
        {"kind": st.just("Event"), "apiVersion": st.sampled_from(["audit.k8s.io/v1", "audit.k8s.io/v1beta1"])},
        optional={
            "verb": TEXT,
            "stage": st.sampled_from(["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"]),
            "user": st.fixed_dictionaries({}, optional={"username": TEXT, "extra": EXTRA}) | st.none(),
            "impersonatedUser": st.fixed_dictionaries({"username": TEXT}),
            "sourceIPs": st.lists(TEXT, max_size=3) | st.none(),
            "objectRef": st.dictionaries(st.sampled_from(["resource", "namespace", "name", "subresource"]), TEXT),
            "responseStatus": st.fixed_dictionaries({"code": st.integers(0, 999)}),
            "annotations": st.dictionaries(TEXT, TEXT, max_size=3),
            "stageTimestamp": st.just("2026-01-31T12:34:56.123456Z") | TEXT,
            "metadata": st.fixed_dictionaries({"creationTimestamp": st.none() | TEXT}),
            "timestamp": st.none() | st.just("2018-01-31T12:34:56Z"),
            "audit": JSON,
            "requestObject": JSON,
            "responseObject": JSON,
        },
    ),
    st.dictionaries(TEXT.filter(lambda key: key not in KNOWN), JSON, max_size=4),
)
"""Audit events with any unknown fields; some carry `timestamp` or `audit` already."""
