"""The kinds of values in a policy document."""

from typing import TYPE_CHECKING, Any

import pytest

from audit.policy_shape import fit, policy_shape

if TYPE_CHECKING:
    from audit.checking import Complaint


def found(value: Any, version: str = "1.36") -> tuple[Any, list[str], list[str]]:
    errors: list[Complaint] = []
    warnings: list[Complaint] = []
    fitted = fit(value, policy_shape(version), (), errors, warnings)
    return fitted, [f"{one.path}: {one.want}" for one in errors], [f"{one.path}: {one.cure}" for one in warnings]


def test_what_fits_stays_and_what_is_not_known_goes() -> None:
    policy = {"rules": [{"level": "None", "users": ["a", None]}], "metadata": None, "other": 1}
    assert ({"rules": policy["rules"], "metadata": None}, [], ["('other',): remove it"]) == found(policy)


@pytest.mark.parametrize(
    ("metadata", "errors"),
    [
        ({"name": "a", "labels": {"a": "b", "c": None}, "generation": 1.0, "creationTimestamp": None}, []),
        ({"creationTimestamp": "2001-01-01T00:00:00.5+01:00", "managedFields": [{"fieldsV1": 7}]}, []),
        ({"labels": {"a": 1}}, ["('metadata', 'labels', 'a'): text"]),
        ({"labels": []}, ["('metadata', 'labels'): a map"]),
        ({"generation": 1.5}, ["('metadata', 'generation'): a whole number"]),
        ({"generation": True}, ["('metadata', 'generation'): a whole number"]),
        (
            {"creationTimestamp": "2001-01-01"},
            ["('metadata', 'creationTimestamp'): a time such as 2026-01-31T12:00:00Z"],
        ),
        ({"ownerReferences": [{"controller": 1}]}, ["('metadata', 'ownerReferences', 0, 'controller'): true or false"]),
        ({"finalizers": "a"}, ["('metadata', 'finalizers'): a list"]),
    ],
)
def test_metadata_has_types_though_nobody_looks_at_it(metadata: Any, errors: list[str]) -> None:
    assert errors == found({"metadata": metadata})[1]


@pytest.mark.parametrize(("version", "known"), [("1.8", False), ("1.22", False), ("1.23", True)])
def test_what_an_older_release_does_not_know_is_not_read(version: str, known: bool) -> None:
    fitted, errors, warnings = found({"omitManagedFields": 5}, version)
    assert ({"omitManagedFields": None} if known else {}, known, not known) == (fitted, bool(errors), bool(warnings))
