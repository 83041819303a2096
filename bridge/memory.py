"""Memory that is free goes back to the system: after a flood or an outage a bridge is as small as it was before.

glibc keeps what is freed between pieces that are still in use, and requests of many sizes leave many such gaps: 100,000
bad connections left 100 MB of them. Asking for it takes a millisecond or two.
"""

import ctypes
from collections.abc import Callable


def _trim() -> Callable[[int], int] | None:
    """Return glibc's malloc_trim(3), None where the C library has none, musl's for example."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return None


_TRIM = _trim()


def give_back() -> None:
    """Give free memory back, where that can be asked for."""
    if _TRIM:
        _TRIM(0)
