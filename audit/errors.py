"""The kernel's errors."""


class AuditError(Exception):
    """Anything that the kernel raises on purpose."""


class NotAnEvent(AuditError):  # noqa: N818 - it is a finding about the input, not a fault
    """What was given is no audit event; says why, without quoting the input."""
