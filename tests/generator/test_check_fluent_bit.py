"""What loses events in Fluent Bit's configuration, or goes nowhere."""

import pytest

from generator.check_fluent_bit import check
from tests.support.rendered import changed, files, said

FLUENT_BIT = "fluent-bit.yaml"
FLAVOR = "agent.flavor=fluent-bit"
INPUT, OUTPUT = "pipeline.inputs[0]", "pipeline.outputs[0]"


@pytest.mark.parametrize("environment", ["default", "production", "minikube"])
@pytest.mark.parametrize("settings", [(), ("sources.containers=true",)])
def test_what_is_rendered_is_right(environment: str, settings: tuple[str, ...]) -> None:
    assert [] == said(check(files(environment, FLAVOR, *settings)))


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("pipeline:\n", "pipeline:\n\t- x\n", "error fluent-bit: expected well-formed YAML"),
        (
            "- name: tail",
            "- nme: tail",
            f"error fluent-bit: {INPUT}: expected name of the plugin, got none - add it",
        ),
        (
            "      db: /var/lib/kube-audit-agent/kube-audit.db\n",
            "",
            f"error fluent-bit: {INPUT}.db: expected db, where the position outlives Fluent Bit, got none - add it",
        ),
        (
            "read_from_head: true",
            "read_from_head: false",
            f"warning fluent-bit: {INPUT}.read_from_head: expected true, got none: what stands in the log",
        ),
        (
            "storage.type: filesystem",
            "storage.type: memory",
            f'error fluent-bit: {INPUT}["storage.type"]: expected filesystem, got memory: what waits is lost with Fluent Bit',
        ),
        (
            "path: /var/log/kubernetes/audit/audit.log",
            "path: /var/log/kubernetes/audit/*.log",
            f"warning fluent-bit: {INPUT}.path: expected one exact file, got '/var/log/kubernetes/audit/*.log'",
        ),
        (
            "require_ack_response: true",
            "require_ack_response: false",
            f"error fluent-bit: {OUTPUT}.require_ack_response: expected true, got none: what is on its way",
        ),
        (
            "retry_limit: no_limits",
            "retry_limit: 3",
            f"error fluent-bit: {OUTPUT}.retry_limit: expected no_limits, got 3: a chunk is thrown away after so many retries",
        ),
        (
            "      host: kube-audit-bridge.audit-bridge.svc\n",
            "",
            f"error fluent-bit: {OUTPUT}.host: expected host of the bridge, got none - add it",
        ),
        (
            "shared_key: ${FORWARD_SHARED_KEY}",
            "shared_key: abc",
            f"error fluent-bit: {OUTPUT}.shared_key: expected no secret in a file, got a value that is not shown",
        ),
        (
            "  storage.path: /var/lib/kube-audit-agent/fluent-bit\n",
            "",
            f'error fluent-bit: {INPUT}["storage.type"]: expected storage.path of the service, beside it, got none',
        ),
        (
            "match: kube.audit.*",
            "match: kube.audit.node",
            f"error fluent-bit: {INPUT}.tag: expected an output for the tag kube.audit.node.example.com, got none",
        ),
        (
            "match: kube.audit.*",
            "match: other.*",
            f"error fluent-bit: {OUTPUT}.match: expected events that get here, got none: no tag fits 'other.*'",
        ),
    ],
)
def test_a_mistake_is_told(before: str, after: str, sentence: str) -> None:
    found = said(check(changed(FLUENT_BIT, before, after, "production", FLAVOR)))
    assert any(one.startswith(f"fluent-bit.yaml: {sentence}") for one in found), found
