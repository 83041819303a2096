"""Minor releases of Kubernetes, written `1.36`: which is older."""

NEWEST = "1.37"
"""The newest release that anything here knows."""


def minor(version: str) -> int:
    """Return the minor number: 36 for `1.36`. Raises `ValueError` for what is no release of Kubernetes 1."""
    major, _, number = version.partition(".")
    if major != "1" or not (number.isascii() and number.isdecimal()):
        raise ValueError(version)
    return int(number)


def at_least(version: str, first: str) -> bool:
    """Whether a release is the other or newer."""
    return minor(version) >= minor(first)
