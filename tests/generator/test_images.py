"""What is pulled, and from where."""

import pytest

from generator.images import has_digest, pulled

DIGEST = "@sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("kube-audit-bridge:1", "mirror.example.com/a/kube-audit-bridge:1"),
        ("fluent/fluentd:v1", "mirror.example.com/a/fluent/fluentd:v1"),
        ("registry.example.com/b:1", "registry.example.com/b:1"),
        ("localhost/b:1", "localhost/b:1"),
        ("host:5000/b", "host:5000/b"),
        (f"b{DIGEST}", f"mirror.example.com/a/b{DIGEST}"),
    ],
)
def test_a_registry_stands_before_images_that_name_none(image: str, expected: str) -> None:
    assert expected == pulled(image, "mirror.example.com/a")


def test_without_a_registry_an_image_stays_as_it_is() -> None:
    assert "fluent/fluentd:v1" == pulled("fluent/fluentd:v1", None)


@pytest.mark.parametrize(("image", "expected"), [(f"a:1{DIGEST}", True), ("a:1", False), ("a@sha256:12", False)])
def test_only_a_whole_digest_is_one(image: str, expected: bool) -> None:
    assert expected == has_digest(image)
