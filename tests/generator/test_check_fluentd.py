"""What Fluentd would refuse, ignore, or do otherwise than it looks."""

import pytest

from generator.check_fluentd import check
from tests.support.rendered import FLUENTD, changed, files, said


@pytest.mark.parametrize("environment", ["default", "production", "minikube", "demo"])
def test_what_is_rendered_is_right(environment: str) -> None:
    assert [] == said(check(files(environment)))


MATCH = "<match kube.audit.**>"


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (MATCH, "<mach kube.audit.**>", "error fluentd: expected </mach>, for <mach> on line"),
        (
            "<system>\n  log_level info\n</system>",
            "<sytem>\n</sytem>",
            "error fluentd: <sytem>: expected one of filter, label, match, source, system, worker, got <sytem> - did you mean <system>?",
        ),
        (
            "<system>",
            "stray 1\n<system>",
            "warning fluentd: expected parameters in sections only, got 'stray' - move it into one",
        ),
        ("  @type tail\n", "", "error fluentd: <source>: expected @type, which names the plugin, got none - add it"),
        (
            "require_ack_response",
            "requir_ack_response",
            "error fluentd: <match kube.audit.**> requir_ack_response: expected a parameter of <match> of type forward, got 'requir_ack_response' - did you mean require_ack_response?",
        ),
        (
            "require_ack_response true",
            "require_ack_response false",
            "error fluentd: <match kube.audit.**> require_ack_response: expected true, got false: what is on its way when the bridge ends is lost - set it to true",
        ),
        (
            "  pos_file /fluentd/log/kube-audit.pos\n",
            "",
            "error fluentd: <source>: expected pos_file, where the position outlives Fluentd, got none: after a restart the log is sent again, or its end only - add it",
        ),
        (
            "read_from_head true",
            "read_from_head false",
            "warning fluentd: <source> read_from_head: expected true, got false: what stands in the log when Fluentd first sees it is never sent - set it to true",
        ),
        (
            "path /var/log/kubernetes/audit/audit.log",
            "path /var/log/kubernetes/audit/*.log",
            "warning fluentd: <source> path: expected one exact file, got '/var/log/kubernetes/audit/*.log', which takes rotated files for new ones and sends them again - name the file",
        ),
        (
            "\"kube.audit.#{ENV['NODE_NAME'] || hostname}\"",
            "kube.audit.#{ENV['NODE_NAME']}",
            "error fluentd: <source> tag: expected Ruby within double quotes, got #{} that is never evaluated - put the value in double quotes",
        ),
        (
            "\"#{ENV['FORWARD_SHARED_KEY'].to_s.strip}\"",
            "abc",
            "error fluentd: <security> shared_key: expected no secret in a file, got a value that is not shown - take it from the environment: \"#{ENV['NAME']}\"",
        ),
        (
            MATCH,
            "<match kube.audit.*>",
            "error fluentd: <source> tag: expected a <match> for the tag kube.audit.node.example.com, got none: its events are dropped - widen a pattern: ** takes any number of parts",
        ),
        (
            MATCH,
            "<match **>\n  @type null\n</match>\n<match kube.audit.**>",
            "error fluentd: <match kube.audit.**>: expected events that get here, got none: no tag gets to 'kube.audit.**' - correct the pattern, or move it above the <match> that takes them",
        ),
        (
            "    @type file\n",
            "    @type memory\n",
            "error fluentd: <buffer tag> @type: expected file, got memory: what waits is lost with Fluentd - set @type file, and path",
        ),
        (
            "    path /fluentd/log/buffer/kube-audit\n",
            "",
            "error fluentd: <buffer tag>: expected path of the buffer's files, got none - add it",
        ),
        (
            "overflow_action block",
            "overflow_action drop_oldest_chunk",
            "error fluentd: <buffer tag> overflow_action: expected block, got drop_oldest_chunk, which loses events - set it to block",
        ),
        (
            "    retry_forever true\n",
            "",
            "warning fluentd: <buffer tag> retry_forever: expected true, got false: after 72 hours without an ack Fluentd gives chunks up - set it to true",
        ),
    ],
)
def test_a_mistake_is_told(before: str, after: str, sentence: str) -> None:
    found = said(check(changed(FLUENTD, before, after)))
    assert any(one.startswith(f"fluent.conf: {sentence}") for one in found), found


def test_two_sources_with_one_position_file() -> None:
    source = "<source>\n@type tail\npath /a/{0}\nread_from_head true\npos_file /p\ntag t\n<parse>\n@type none\n</parse>\n</source>\n"
    text = source.replace("{0}", "1") + source.replace("{0}", "2") + "<match t>\n@type null\n</match>\n"
    assert [
        "f.conf: error fluentd: <source> pos_file: expected a pos_file of its own, got '/p' again, as on line 1 - choose another"
    ] == said(check({"f.conf": text}))


def test_what_is_included_is_looked_at_as_well() -> None:
    parts = {
        "fluent.conf": "@include part.conf\n<match **>\n@type null\n</match>\n",
        "part.conf": "<source>\ntag x\n</source>\n",
    }
    assert ["part.conf: error fluentd: <source>: expected @type, which names the plugin, got none - add it"] == said(
        check(parts)
    )


def test_another_programs_configuration_is_left_alone() -> None:
    assert [] == said(check({"a.conf": "[SERVICE]\n  Flush 1\n"}))
