"""Whether sizes and times go together: what may wait against how much comes, one limit against another, one time-out against another.

Each figure is read where it will be used: in Fluentd's rendered configuration, in the pods. Events are counted with
`EVENT_BYTES` each, the mean of a log with bodies; a log at level Metadata has shorter ones, so the figures err on the safe side.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from audit.document import DocumentError
from audit.problems import Path, path_text
from generator import check_fluentd, fluent_bit_config, host
from generator.check_pods import bytes_of
from generator.findings import Finding
from generator.fluent_bit_config import Plugin
from generator.fluentd_config import Section
from generator.load import Inputs
from generator.objects import Object, Pod, dig, pods
from generator.render import bridge_resources
from generator.values import Values

CHECK = "sizes"

EVENT_BYTES = 1_259
"""Mean bytes of an event over 5,000 of a Kubernetes 1.20 cluster that was audited with bodies."""

_SIZES = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_TIMES = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def check(inputs: Inputs, files: Mapping[str, str], objects: Sequence[Object]) -> Iterator[Finding]:
    """Find sizes that do not go together."""
    values = inputs.values
    yield from _outage(inputs)
    for name in check_fluentd.configurations(files):
        try:
            root = check_fluentd.parsed(files, name)
        except DocumentError:
            continue  # the check of the configuration itself says so
        for match in (
            section for section in root.walk() if section.type == "forward" and section.name in ("match", "store")
        ):
            yield from _times(match, values)
            for buffer in match.called("buffer"):
                yield from _chunks(buffer, values)
    for name in fluent_bit_config.configurations(files):
        yield from _fluent_bit(name, files[name], values)
    yield from _memory(values, objects)
    yield from _grace(values, objects)


def _outage(inputs: Inputs) -> Iterator[Finding]:
    """Compare what may wait on one node with what comes while nothing is delivered, and while no agent runs.

    With the audit webhook no agent reads the log; the bridge that reads it itself has no buffer but the log.
    """
    values = inputs.values
    buffer, log = values.agent.buffer, values.audit.log
    rate = values.bridge.events_per_second * EVENT_BYTES
    if values.audit.webhook:
        return
    held = buffer.total_bytes / rate
    if held < buffer.outage and values.agent.flavor != "direct":
        want = f"{_span(buffer.outage)} of {values.bridge.events_per_second:,} events a second in the buffer"
        cure = f"raise it to {_mebibytes(buffer.outage * rate)}, or lower agent.buffer.outage"
        got = f"{_span(held)}: {buffer.total_bytes} bytes"
        yield _value(inputs, ("agent", "buffer", "totalBytes"), want, got, cure)
    if host.log_file(values) is None or host.way(values).settable == "no flag":
        return  # its rotation is not ours to set
    kept = (log.max_backups + 1) * log.max_size * 10**6 / rate
    if kept < buffer.outage:
        want = f"{_span(buffer.outage)} of events in the log's files, for while the agent is away"
        cure = f"raise maxBackups or maxSize to {_mebibytes(buffer.outage * rate)} in all"
        yield _value(inputs, ("audit", "log"), want, f"{_span(kept)} in {log.max_backups + 1} files", cure)


def _chunks(buffer: Section, values: Values) -> Iterator[Finding]:
    """Compare Fluentd's chunks with what the bridge takes, and with their own buffer."""
    chunk = size_of(buffer.value("chunk_limit_size", "8m")) or 0
    total = size_of(buffer.value("total_limit_size", "64g")) or 0
    for name in ("chunk_bytes", "unacked_bytes"):
        most = getattr(values.bridge.config.limits, name)
        if chunk > most:
            want = f"at most limits.{name} of the bridge, {most} bytes"
            cure = f"lower it, or raise bridge.config.limits.{name}"
            yield _parameter(buffer, "chunk_limit_size", want, f"{chunk} bytes", cure)
    threads = int(buffer.value("flush_thread_count", "1"))
    if total < chunk * (threads + 1):
        want = f"room for a chunk on each of {threads} threads and one more, {chunk * (threads + 1)} bytes"
        yield _parameter(buffer, "total_limit_size", want, f"{total} bytes", "raise agent.buffer.totalBytes")
    if chunk < values.bridge.config.limits.event_bytes:
        want = f"room for the largest event, {values.bridge.config.limits.event_bytes} bytes"
        cure = "raise it: Fluentd drops an event that fits no chunk"
        yield _parameter(buffer, "chunk_limit_size", want, f"{chunk} bytes", cure)


def _times(match: Section, values: Values) -> Iterator[Finding]:
    """Compare how long Fluentd waits for an ack with how long the bridge may take."""
    wait, deadline = seconds_of(match.value("ack_response_timeout", "190")), values.bridge.config.forward.ack_deadline
    if wait is not None and wait <= deadline:
        want = f"more than the bridge's forward.ack_deadline of {deadline:g} s"
        cure = "raise it: chunks that are on their way would be sent again"
        yield _parameter(match, "ack_response_timeout", want, f"{wait:g} s", cure)


def _fluent_bit(name: str, text: str, values: Values) -> Iterator[Finding]:
    """Compare Fluent Bit's times and sizes with the bridge's and with the largest event."""
    try:
        found = fluent_bit_config.plugins(fluent_bit_config.parsed(text, name))
    except DocumentError:
        return  # the check of the configuration itself says so
    deadline, event = values.bridge.config.forward.ack_deadline, values.bridge.config.limits.event_bytes
    for plugin in found:
        wait = seconds_of(plugin.value("net.io_timeout"))
        if plugin.name == "forward" and (wait or 0) <= deadline:
            want = f"more than the bridge's forward.ack_deadline of {deadline:g} s"
            cure = "raise it: chunks that are on their way would be sent again; without one a lost answer is waited for for ever"
            got = f"{wait:g} s" if wait else "none"
            yield _option(plugin, "net.io_timeout", want, got, cure)
        most = size_of(plugin.value("buffer_max_size") or "32k")
        if plugin.name == "tail" and plugin.value("tag").startswith("kube.audit.") and (most or 0) < event:
            want = f"room for the largest event, {event} bytes"
            yield _option(plugin, "buffer_max_size", want, f"{most} bytes", "raise it: longer lines are skipped")


def _option(plugin: Plugin, name: str, want: str, got: str, cure: str) -> Finding:
    return Finding(CHECK, "error", plugin.place(name), plugin.label(name), want, got, cure)


def _memory(values: Values, objects: Sequence[Object]) -> Iterator[Finding]:
    """Compare the bridge's limit of memory with what its bounds add up to."""
    unset = values.bridge.model_copy(update={"resources": None})
    needed = bytes_of(bridge_resources(values.model_copy(update={"bridge": unset})).limits["memory"]) or 0
    for pod in _bridges(objects):
        for path, container in pod.containers:
            given = bytes_of(dig(container, "resources", "limits", "memory"))
            if given is not None and given < needed:
                want = f"{_mebibytes(needed)}, what limits of the bridge's configuration add up to"
                cure = "raise it, or lower bridge.config.limits: the bridge would be killed"
                yield pod.owner.finding(
                    CHECK, (*path, "resources", "limits", "memory"), want, _mebibytes(given), cure, severity="warning"
                )


def _grace(values: Values, objects: Sequence[Object]) -> Iterator[Finding]:
    """Compare how long a bridge may take to end with how long a delivery may take."""
    deadline = values.bridge.config.forward.ack_deadline
    for pod in _bridges(objects):
        grace = pod.spec.get("terminationGracePeriodSeconds", 30)
        if grace < deadline:
            want = f"at least forward.ack_deadline, {deadline:g} s"
            cure = "raise it: what is being delivered would be sent again"
            path = (*pod.path, "terminationGracePeriodSeconds")
            yield pod.owner.finding(CHECK, path, want, f"{grace} s", cure, severity="warning")


def _bridges(objects: Sequence[Object]) -> list[Pod]:
    name = "app.kubernetes.io/component"
    return [pod for pod in pods(list(objects)) if pod.labels.get(name) == "bridge"]


def size_of(text: str) -> int | None:
    """Return a size as Fluentd writes it, 64m, in bytes; None for what is none."""
    match = re.fullmatch(r"(\d+)([kmgt]?)", text.strip(), re.IGNORECASE)
    return int(match[1]) * _SIZES[match[2].lower()] if match else None


def seconds_of(text: str) -> float | None:
    """Return a time as Fluentd writes it, 30s, in seconds; None for what is none."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text.strip())
    return float(match[1]) * _TIMES[match[2]] if match else None


def _span(seconds: float) -> str:
    return f"{seconds / 60:.1f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def _mebibytes(count: float) -> str:
    return f"{-(-int(count) // 2**20)} MiB"


def _value(inputs: Inputs, path: Path, want: str, got: str, cure: str) -> Finding:
    return Finding(CHECK, "warning", inputs.place(path), path_text(path), want, got, cure)


def _parameter(section: Section, name: str, want: str, got: str, cure: str) -> Finding:
    found = section.parameters.get(name)
    return Finding(CHECK, "error", found.place if found else section.place, f"<{section.name}> {name}", want, got, cure)
