"""Which release is older."""

import pytest

from audit.releases import NEWEST, at_least, minor


@pytest.mark.parametrize(
    ("version", "first", "newer"), [("1.9", "1.10", False), ("1.10", "1.9", True), ("1.36", "1.36", True)]
)
def test_releases_compare_as_numbers(version: str, first: str, newer: bool) -> None:
    assert newer == at_least(version, first)


@pytest.mark.parametrize("version", ["", "1", "1.", "2.0", "1.36.1", "1.-3", "v1.36", "1.³"])
def test_what_is_no_release_is_an_error(version: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the version
        minor(version)


def test_the_newest_is_a_release() -> None:
    assert 37 == minor(NEWEST)
