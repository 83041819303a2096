"""A PrometheusRule: alerts about the bridge's own health, and one for each severity that somebody should be woken for."""

from typing import Any

from generator.metadata import BRIDGE, monitor_metadata
from generator.templates import to_yaml
from generator.values import Values

_RULES = (
    (
        "AuditBridgeDown",
        "absent(audit_bridge_held)",
        "5m",
        "critical",
        "No bridge is scraped: the agents keep audit events on their nodes, and nothing arrives in Loggly.",
    ),
    (
        "AuditBridgeHeld",
        "max(audit_bridge_held) == 1",
        "5m",
        "critical",
        "Loggly refuses everything, most likely the token. Everything is kept; see the bridge's log.",
    ),
    (
        "AuditBridgeBehind",
        "max(audit_bridge_oldest_unacked_seconds) > 300",
        "5m",
        "high",
        "The oldest chunk waits for more than five minutes: Loggly is slow or away.",
    ),
    (
        "AuditBridgeDeadLetters",
        "increase(audit_bridge_events_dead_lettered_total[15m]) > 0",
        "0m",
        "high",
        "Loggly refuses single events; look at them with `audit-bridge dead-letters list`.",
    ),
    (
        "AuditBridgeGap",
        "increase(audit_bridge_file_gap_total[15m]) > 0",
        "0m",
        "high",
        "A part of a log was gone before it was read: the log rotates too fast.",
    ),
    (
        "AuditBridgeNoticesGivenUp",
        'increase(audit_bridge_notifications_dropped_total{reason=~"refused|gave_up|bug"}[15m]) > 0',
        "0m",
        "high",
        "{{ $labels.sink }} does not take notices of detections ({{ $labels.reason }}); see the bridge's log.",
    ),
    (
        "AuditBridgeSendsBack",
        'sum(increase(audit_bridge_webhook_requests_total{code=~"429|503"}[5m])) > 0',
        "1m",
        "high",
        "The bridge sends back what API servers post, for too much waits for Loggly; they give up after some minutes.",
    ),
    (
        "AuditBridgeRefusesPosts",
        'sum by (code) (increase(audit_bridge_webhook_requests_total{code!~"200|429|503"}[15m])) > 0',
        "0m",
        "high",
        "The bridge refuses with {{ $labels.code }} what is posted to its webhook; its log says whose and why.",
    ),
    (
        "AuditBridgeSilent",
        "sum(increase(audit_bridge_events_received_total[15m])) == 0",
        "15m",
        "high",
        "No audit event came for half an hour; an API server is never silent so long.",
    ),
)


def prometheus_rule(values: Values) -> str:
    """Return the object for the bridge's namespace, as YAML."""
    rules = [_rule(*one) for one in _RULES]
    rules += [
        _rule(
            f"AuditEvent{severity.capitalize()}",
            f'sum by (rule) (increase(audit_bridge_rule_matches_total{{severity="{severity}"}}[10m])) > 0',
            "0m",
            severity,
            "Audit events are told for {{ $labels.rule }}; in Loggly: json.audit.rules:{{ $labels.rule }}",
        )
        for severity in ("critical", "high")
    ]
    return "---\n" + to_yaml(
        {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": monitor_metadata(values),
            "spec": {"groups": [{"name": BRIDGE, "rules": rules}]},
        }
    )


def _rule(name: str, expression: str, wait: str, severity: str, summary: str) -> dict[str, Any]:
    return {
        "alert": name,
        "expr": expression,
        "for": wait,
        "labels": {"severity": severity},
        "annotations": {"summary": summary},
    }
