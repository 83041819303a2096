"""The API server's audit flags by release."""

import pytest

from generator.flags import SINCE, known


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ("1.7", {"audit-policy-file": "p", "feature-gates": "AdvancedAuditing=true"}),
        ("1.9", {"audit-policy-file": "p"}),
        ("1.10", {"audit-log-truncate-enabled": "true", "audit-policy-file": "p"}),
    ],
)
def test_a_release_gets_the_flags_that_it_has(version: str, found: dict[str, str]) -> None:
    assert found == known({"audit-policy-file": "p", "audit-log-truncate-enabled": "true"}, version)


def test_a_flag_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        known({"audit-log-maxbackups": "10"}, "1.36")
    assert "audit-log-maxbackup" in SINCE
