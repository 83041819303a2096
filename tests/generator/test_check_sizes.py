"""Sizes and times that do not go together."""

import pytest

from generator.check_sizes import check, seconds_of, size_of
from generator.objects import objects
from tests.support.rendered import DEPLOYMENT, FLUENTD, changed, files, inputs, said


def found(*settings: str, environment: str = "production") -> list[str]:
    rendered = files(environment, *settings)
    return said(check(inputs(environment, *settings), rendered, objects(rendered)))


@pytest.mark.parametrize("environment", ["default", "production", "minikube", "demo"])
def test_what_is_rendered_goes_together(environment: str) -> None:
    assert [] == found(environment=environment)


def test_a_buffer_that_an_outage_fills() -> None:
    (sentence,) = found("agent.buffer.totalBytes=256MiB")
    assert (
        "--set: warning sizes: agent.buffer.totalBytes: expected 10.0 minutes of 1,000 events a second in the buffer, "
        "got 3.6 minutes: 268435456 bytes - raise it to 721 MiB, or lower agent.buffer.outage"
    ) == sentence


def test_log_files_that_are_gone_before_the_agent_is_back() -> None:
    (sentence,) = found("audit.log.maxBackups=2")
    assert (
        "--set: warning sizes: audit.log: expected 10.0 minutes of events in the log's files, for while the agent is away, "
        "got 4.0 minutes in 3 files - raise maxBackups or maxSize to 721 MiB in all"
    ) == sentence


def test_the_place_is_the_users_own_file() -> None:
    (one,) = check(inputs("minikube", "bridge.eventsPerSecond=1000"), {}, [])
    assert (f"{one.place.name}:{one.place.line}").endswith("values/minikube.yaml:11")


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            "ack_response_timeout 120s",
            "ack_response_timeout 40s",
            "<match> ack_response_timeout: expected more than the bridge's forward.ack_deadline of 50 s, got 40 s - raise it: chunks that are on their way would be sent again",
        ),
        (
            "chunk_limit_size 2097152",
            "chunk_limit_size 32m",
            "<buffer> chunk_limit_size: expected at most limits.unacked_bytes of the bridge, 16777216 bytes, got 33554432 bytes - lower it, or raise bridge.config.limits.unacked_bytes",
        ),
        (
            "chunk_limit_size 2097152",
            "chunk_limit_size 512k",
            "<buffer> chunk_limit_size: expected room for the largest event, 1000000 bytes, got 524288 bytes - raise it: Fluentd drops an event that fits no chunk",
        ),
        (
            "total_limit_size 4294967296",
            "total_limit_size 4m",
            "<buffer> total_limit_size: expected room for a chunk on each of 2 threads and one more, 6291456 bytes, got 4194304 bytes - raise agent.buffer.totalBytes",
        ),
    ],
)
def test_limits_of_both_sides(before: str, after: str, sentence: str) -> None:
    rendered = changed(FLUENTD, before, after)
    assert [f"fluent.conf: error sizes: {sentence}"] == said(check(inputs(), rendered, objects(rendered)))


def test_a_bridge_that_its_limit_of_memory_would_kill() -> None:
    (sentence,) = found("bridge.resources.limits.memory=128Mi")
    assert (
        "spec.template.spec.containers[0].resources.limits.memory: expected 496 MiB, what limits of the bridge's configuration add up to, got 128 MiB"
        in sentence
    )


def test_a_bridge_that_is_ended_while_it_delivers() -> None:
    rendered = changed(DEPLOYMENT, "terminationGracePeriodSeconds: 60", "terminationGracePeriodSeconds: 10")
    (sentence,) = said(check(inputs(), rendered, objects(rendered)))
    assert "terminationGracePeriodSeconds: expected at least forward.ack_deadline, 50 s, got 10 s" in sentence


@pytest.mark.parametrize(("text", "number"), [("8m", 8 * 2**20), ("64G", 64 * 2**30), ("12", 12), ("x", None)])
def test_sizes_as_fluentd_writes_them(text: str, number: int | None) -> None:
    assert number == size_of(text)


@pytest.mark.parametrize(
    ("text", "number"), [("30s", 30), ("2m", 120), ("1.5h", 5400), ("1d", 86400), ("7", 7), ("x", None)]
)
def test_times_as_fluentd_writes_them(text: str, number: float | None) -> None:
    assert number == seconds_of(text)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            "net.io_timeout: 120s",
            "net.io_timeout: 20s",
            'pipeline.outputs[0]["net.io_timeout"]: expected more than the bridge\'s forward.ack_deadline of 50 s, got 20 s',
        ),
        (
            "      net.io_timeout: 120s\n",
            "",
            'pipeline.outputs[0]["net.io_timeout"]: expected more than the bridge\'s forward.ack_deadline of 50 s, got none',
        ),
        (
            "buffer_max_size: 16M",
            "buffer_max_size: 64k",
            "pipeline.inputs[0].buffer_max_size: expected room for the largest event, 1000000 bytes, got 65536 bytes",
        ),
    ],
)
def test_limits_of_fluent_bit(before: str, after: str, sentence: str) -> None:
    of = ("production", "agent.flavor=fluent-bit")
    (told,) = said(check(inputs(*of), changed("fluent-bit.yaml", before, after, *of), []))
    assert told.startswith(f"fluent-bit.yaml: error sizes: {sentence}")


def test_what_has_no_buffer_or_no_log_of_ours_is_not_measured() -> None:
    small = "agent.buffer.totalBytes=64MiB"
    assert [] == found("agent.flavor=direct", "forward.sharedKeySecret=null", small)
    assert 1 == len(found("agent.flavor=direct", "forward.sharedKeySecret=null", "audit.log.maxBackups=1"))
    posted = ("audit.webhook.clusterIP=10.96.0.50", "bridge.storage={claim: {}, spool: true}")
    assert [] == found(*posted, small, "audit.log.maxBackups=1")
