"""What senders send: other clusters by their users, other logs by their tags."""

import pytest

from audit.document import DocumentError, check, read
from audit.senders import doubled
from audit.settings import Settings

KEY = "shared_key_file: key"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "others: [{prefix: kube., tags: [a]}]",
            (
                "bridge.yaml:1: others[0].prefix: expected a tag without audit events, got 'kube.' - "
                "audit events come under kube.audit.NODE: give other logs another tag"
            ),
        ),
        (
            "others: [{prefix: kube.audit.x, tags: [a]}]",
            (
                "bridge.yaml:1: others[0].prefix: expected a tag without audit events, got 'kube.audit.x' - "
                "audit events come under kube.audit.NODE: give other logs another tag"
            ),
        ),
        (
            f"forward: {{{KEY}, clusters: [{{user: a, cluster: b}}]}}",
            (
                "bridge.yaml:1: forward.clusters: expected users_file beside it, got none - "
                "set it: a cluster is told by the user that signs in"
            ),
        ),
        (
            f"forward: {{{KEY}, users_file: u, clusters: [{{user: a, cluster: b}}, {{user: a, cluster: c}}]}}",
            (
                "bridge.yaml:1: forward.clusters[1].user: expected each user once, got 'a' - "
                "give each cluster a user of its own"
            ),
        ),
    ],
)
def test_what_does_not_go_together(text: str, sentence: str) -> None:
    with pytest.raises(DocumentError) as refused:
        check(read(text, "bridge.yaml"), Settings)
    assert sentence == str(refused.value)


def test_other_logs_need_tags_of_their_own() -> None:
    with pytest.raises(DocumentError):
        check(read("others: [{prefix: kube.containers., tags: []}]", "bridge.yaml"), Settings)


def test_the_first_name_that_comes_again() -> None:
    assert [None, 2] == [doubled(["a", "b"]), doubled(["a", "b", "a", "b"])]
