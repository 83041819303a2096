"""Names that users and groups may have."""

import pytest

from generator import user_names
from generator.user_names import UserNameError


def refused(name: str, *groups: str, despite: str = "") -> str:
    with pytest.raises(UserNameError) as error:
        user_names.check(name, groups, despite)
    return str(error.value)


@pytest.mark.parametrize("name", ["jane", "Jane Doe", "jane@example.com", "oidc:jane", "jürgen", "a" * 64])
def test_ordinary_names(name: str) -> None:
    user_names.check(name, ["dev", "example:ops"], "")


def test_dangerous_ones_are_refused_with_the_reason() -> None:
    cure = "take another, or say why it must be with --despite REASON"
    assert [
        (
            "NAME: expected an ordinary user, got 'system:admin': names that begin with system: are those of Kubernetes' own"
            f" components, and have their rights - {cure}"
        ),
        (
            "--group: expected an ordinary group, got 'system:masters': it may do everything, whatever RBAC says, and a"
            f" certificate of it cannot be revoked - {cure}"
        ),
        (
            "--group: expected an ordinary group, got 'system:nodes': groups that begin with system: are Kubernetes' own, and"
            f" have rights by themselves - {cure}"
        ),
        f"--group: expected an ordinary group, got 'kubeadm:cluster-admins': kubeadm binds it to cluster-admin - {cure}",
    ] == refused("system:admin", "system:masters", "system:nodes", "kubeadm:cluster-admins").splitlines()


def test_a_reason_allows_them() -> None:
    user_names.check("system:admin", ["system:masters"], "the cluster is being repaired")
    assert "system:masters" in refused("a", "system:masters", despite=" ")


def test_what_no_certificate_can_hold_stays_refused() -> None:
    assert "NAME: expected 1 to 64 characters, got 65 - X.509 has no room for more" == refused("a" * 65, despite="x")
    assert "NAME: expected 1 to 64 characters, got 0 - X.509 has no room for more" == refused("")
    assert "--group: expected a name that can be read, got 'a\\n' - leave out what cannot be seen" == refused(
        "a", "a\n"
    )


@pytest.mark.parametrize("name", ["jane", "ci-1"])
def test_a_name_that_fits_names_the_files(name: str) -> None:
    assert name == user_names.slug(name)


def test_others_are_told_apart() -> None:
    names = ["jane@example.com", "jane.example.com", "Jane", "JANE", "../../etc", "@@@", "é" * 64, "a" * 64]
    slugs = [user_names.slug(name) for name in names]
    assert len(names) == len(set(slugs))
    assert all(slug.replace("-", "").isalnum() and slug.isascii() and len(slug) < 64 for slug in slugs)
