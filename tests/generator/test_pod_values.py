"""Values of pods that are no good by themselves."""

import pytest

from audit.document import DocumentError, check, read
from generator.values import Values


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "agent: {tolerations: [{key: a, operator: Exists, value: b}]}",
            "agent.tolerations[0].value: expected no value with the operator Exists, got 'b' - remove it",
        ),
        (
            "agent: {tolerations: [{value: b}]}",
            "agent.tolerations[0].key: expected a key with the operator Equal, got none - name the taint's key",
        ),
        (
            "agent: {tolerations: [{key: a, tolerationSeconds: 5}]}",
            "agent.tolerations[0].effect: expected NoExecute with tolerationSeconds, got none - remove tolerationSeconds",
        ),
        (
            "bridge: {autoscaling: {cpu: null}}",
            "bridge.autoscaling.cpu: expected cpu or unackedBytes, got neither - give one of them",
        ),
        (
            "bridge: {autoscaling: {minReplicas: 4, maxReplicas: 3}}",
            "bridge.autoscaling.maxReplicas: expected at least minReplicas, got 3 < 4 - raise it",
        ),
        (
            "bridge: {priorityClass: Upper}",
            "bridge.priorityClass: expected the name of a PriorityClass, or an empty text for none, got 'Upper'",
        ),
    ],
)
def test_what_the_api_server_would_refuse_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(DocumentError) as caught:
        check(read(text, "values.yaml"), Values)
    assert f"values.yaml:1: {sentence}" == str(caught.value)


def test_a_taint_of_any_key_needs_no_key() -> None:
    text = "agent: {tolerations: [{operator: Exists}]}"
    assert check(read(text, "values.yaml"), Values).agent.tolerations[0].key is None
