"""The kinds of single values."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from generator.fields import AbsolutePath, AnnotationKey, Cidr, Image, LabelKey, Name, Quantity, SecretKey, Tag


@pytest.mark.parametrize(
    ("kind", "good"),
    [
        (Name, "audit-bridge"),
        (LabelKey, "example.com/team"),
        (Image, "registry.example.com:5000/a/b:1.2"),
        (Image, f"a:1@sha256:{'0' * 64}"),
        (Image, "localhost:5000/a"),
        (AnnotationKey, "example.com/contact"),
        (Cidr, "203.0.113.0/24"),
        (Cidr, "2001:db8::/32"),
        (AbsolutePath, "/var/log/audit.log"),
        (Quantity, "1.5Gi"),
        (SecretKey, "token.txt"),
        (Tag, "cluster_1"),
    ],
)
def test_a_kind_takes_what_it_says(kind: Any, good: str) -> None:
    assert good == TypeAdapter(kind).validate_python(good)


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        (Name, "Audit"),
        (Name, "-a"),
        (LabelKey, "example.com/"),
        (Image, "Upper/case"),
        (Image, "a:1@sha256:12"),
        (Image, "a:1:2"),
        (AnnotationKey, "a b"),
        (Cidr, "203.0.113.7/24"),
        (Cidr, "203.0.113.0/33"),
        (AbsolutePath, "relative/path"),
        (AbsolutePath, "/var/log/*.log"),
        (Quantity, "1 GB"),
        (SecretKey, "a b"),
        (Tag, "-no"),
    ],
)
def test_a_kind_refuses_what_it_is_not(kind: Any, bad: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(bad)


def test_a_whole_number_is_a_quantity() -> None:
    assert "2" == TypeAdapter(Quantity).validate_python(2)
