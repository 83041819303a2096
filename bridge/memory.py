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


def _mallopt() -> Callable[[int, int], int] | None:
    """Return glibc's mallopt(3), None where the C library has none."""
    try:
        return ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return None


_TRIM = _trim()
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h
_LARGE = 4 * 10**6  # bytes


def give_back() -> None:
    """Give free memory back, where that can be asked for."""
    if _TRIM:
        _TRIM(0)


def stay_small() -> None:
    """Let threads share one heap, and large pieces go back as soon as they are free; for what runs beside an API server.

    A request's body is not large by this measure: each page that is taken from the system anew costs as much as an event.
    """
    if mallopt := _mallopt():
        mallopt(_ARENA_MAX, 1)
        mallopt(_MMAP_THRESHOLD, _LARGE)
        mallopt(_TRIM_THRESHOLD, 2 * _LARGE)
