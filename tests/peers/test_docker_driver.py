"""Docker's own `fluentd` log driver: the container prints audit lines, the daemon sends them to the bridge."""

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.delivery import Delivery, audit_lines, identity
from tests.support.docker import container, imported_image, write
from tests.support.processes import wait_for

pytestmark = pytest.mark.peer("docker")

RECEIVED, REQUESTS = "audit_bridge_events_received_total", "audit_bridge_loggly_requests_total"


@pytest.fixture(scope="module")
def image() -> Iterator[str]:
    with imported_image() as name:
        yield name


@pytest.mark.parametrize("asynchronous", ["false", "true"], ids=["sync", "async"])
@pytest.mark.parametrize("acks", ["false", "true"], ids=["no-acks", "acks"])
@pytest.mark.parametrize("precision", ["false", "true"], ids=["seconds", "event-time"])
def test_a_containers_audit_lines_are_in_loggly_once(
    asynchronous: str, acks: str, precision: str, image: str, delivery: Delivery
) -> None:
    """With acks the driver sends the next line only when the one before is acknowledged."""
    lines = audit_lines(10)
    options = {"async": asynchronous, "request_ack": acks, "sub_second_precision": precision}
    with container(image, delivery.bridge.port, **options) as log:
        write(log, lines)
        delivery.assert_delivered(lines)
    delivery.assert_delivered(lines)
    beside = [event["agent"] for event in delivery.among(lines)]
    assert [("stdout", 64)] * 10 == [(agent["source"], len(agent["container_id"])) for agent in beside]


@pytest.mark.parametrize(("precision", "whole"), [("true", False), ("false", True)], ids=["event-time", "seconds"])
def test_other_lines_carry_the_time_that_docker_read_them(
    precision: str, whole: bool, image: str, delivery: Delivery
) -> None:
    """A line that is not an audit event has no time of its own."""
    texts = [f"line {number} of a container with precision {precision}" for number in range(5)]
    with container(image, delivery.bridge.port, request_ack="true", sub_second_precision=precision) as log:
        write(log, texts)
        times = [event["timestamp"] for event in delivery.messages(*texts)]
    assert sorted(times) == times
    assert whole == all(time.endswith(".000000Z") for time in times)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def test_a_container_starts_without_a_bridge_and_its_lines_follow(image: str, tmp_path: Path) -> None:
    """The asynchronous driver does not hold up the container, and keeps its lines until a bridge is there."""
    lines = audit_lines(5)
    port = free_port()
    log_options = {"async": "true", "request_ack": "true", "retry_wait": "100ms"}
    with container(image, port, **log_options) as log:
        write(log, lines)
        with Delivery(tmp_path, f"forward.port={port}") as delivery:
            delivery.assert_delivered(lines)


def test_a_bridge_killed_in_the_middle_loses_nothing(image: str, tmp_path: Path) -> None:
    """What was not acknowledged is sent again to the next bridge; only the line in flight may be there twice."""
    lines = audit_lines(60)
    log_options = {"async": "true", "request_ack": "true", "retry_wait": "100ms"}
    with Delivery(tmp_path) as delivery, container(image, delivery.bridge.port, **log_options) as log:
        write(log, lines)
        wait_for(lambda: len(delivery.stored()) >= 10, naming="10 events in Loggly")
        delivery.bridge.signal(signal.SIGKILL)
        delivery.bridge.wait()
        delivery.restart()
        wanted = {identity(json.loads(line)) for line in lines}
        wait_for(lambda: {identity(event) for event in delivery.stored()} == wanted, naming="all 60 events in Loggly")
        wait_for(delivery.idle, naming="a bridge that holds nothing")
        assert len(delivery.stored()) - len(lines) in {0, 1}


def test_with_acks_nothing_is_sent_past_a_loggly_that_refuses(image: str, delivery: Delivery) -> None:
    """The first line waits for its ack, and the others wait behind it in the daemon."""
    lines = audit_lines(5)
    received = delivery.metric(RECEIVED)
    refused = delivery.metric(REQUESTS, code="503")
    with container(image, delivery.bridge.port, **{"async": "true", "request_ack": "true"}) as log:
        with delivery.refused():
            write(log, lines)
            wait_for(lambda: delivery.metric(REQUESTS, code="503") >= refused + 3, naming="three refused uploads")
            assert received + 1 == delivery.metric(RECEIVED)
        delivery.assert_delivered(lines)
