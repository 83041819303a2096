"""The API server's audit flags by release, without their dashes.

After kubernetes/apiserver `pkg/server/options/audit.go`, read by release branch.
"""

from collections.abc import Mapping

from audit.releases import at_least

SINCE: Mapping[str, str] = {
    "audit-log-maxage": "1.7",
    "audit-log-maxbackup": "1.7",
    "audit-log-maxsize": "1.7",
    "audit-log-path": "1.7",
    "audit-log-truncate-enabled": "1.10",
    "audit-log-truncate-max-event-size": "1.10",
    "audit-policy-file": "1.7",
    "audit-webhook-batch-buffer-size": "1.9",
    "audit-webhook-batch-max-size": "1.9",
    "audit-webhook-batch-max-wait": "1.9",
    "audit-webhook-batch-throttle-burst": "1.9",
    "audit-webhook-batch-throttle-qps": "1.9",
    "audit-webhook-config-file": "1.7",
    "audit-webhook-initial-backoff": "1.10",
    "audit-webhook-mode": "1.7",
    "audit-webhook-truncate-enabled": "1.10",
    "audit-webhook-truncate-max-event-size": "1.10",
}
"""Every flag that is rendered, and the first release that has it."""

ROTATION = ("audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize")
"""How the log is rotated. Always written: the defaults keep every file before 1.36, and 100 of them from there."""


def known(flags: Mapping[str, str], version: str) -> dict[str, str]:
    """Return the flags that a release has, sorted, and the gate that policies need in 1.7 (release notes of 1.7 and 1.8)."""
    found = {name: value for name, value in flags.items() if at_least(version, SINCE[name])}
    if not at_least(version, "1.8"):
        found["feature-gates"] = "AdvancedAuditing=true"
    return dict(sorted(found.items()))
