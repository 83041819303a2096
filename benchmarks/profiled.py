"""A bridge that notes where it is, thousands of times: `python -m benchmarks.profiled run ...`, as `audit-bridge run ...`.

SIGUSR1 begins, SIGUSR2 ends and writes what was found to the file that PROFILE names. The timer counts the process's CPU, and
the interpreter calls the handler at the end of the call under way, so C code counts for the line that called it.
"""

import json
import os
import signal
from collections import Counter
from pathlib import Path
from types import FrameType

from bridge.cli import main

INTERVAL = 0.001  # seconds of CPU
ROOT = Path(__file__).parents[1]
OURS = tuple(str(ROOT / package) for package in ("audit", "bridge"))
Place = tuple[str, str, int]
ELSEWHERE: Place = ("", "", 0)


def place(frame: FrameType | None) -> Place:
    """Return file, function and line of our own code that the interpreter is in; no file where it is in none."""
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith(OURS):
            at_start = frame.f_lineno == code.co_firstlineno
            return str(Path(code.co_filename).relative_to(ROOT)), code.co_name, 0 if at_start else frame.f_lineno or 0
        frame = frame.f_back
    return ELSEWHERE


class Profile:
    """Counts places of the main thread."""

    def __init__(self) -> None:
        self._places = Counter[Place]()

    def note(self, _: int, frame: FrameType | None) -> None:
        """Count one."""
        self._places[place(frame)] += 1

    def begin(self, *_: object) -> None:
        """Count from here on."""
        signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)

    def end(self, *_: object) -> None:
        """Stop, and write what was found; the file appears whole."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        path = Path(os.environ["PROFILE"])
        part = path.with_suffix(".part")
        part.write_text(json.dumps(list(self._places.items())), "utf-8")
        part.rename(path)


if __name__ == "__main__":
    profile = Profile()
    signal.signal(signal.SIGPROF, profile.note)
    signal.signal(signal.SIGUSR1, profile.begin)
    signal.signal(signal.SIGUSR2, profile.end)
    main()
