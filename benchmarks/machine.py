"""What the operating system says of a process: its CPU time and its memory; and which machine this is."""

import os
import platform
import re
import time
from pathlib import Path

_CPUCLOCK_SCHED = 2  # of clock_getcpuclockid(3): the scheduler's account, in nanoseconds


def cpu_seconds(pid: int) -> float:
    """Return the user and system seconds of a process, with all its threads, also those that have ended."""
    return time.clock_gettime((~pid << 3) | _CPUCLOCK_SCHED)


def thread_seconds(pid: int) -> dict[str, float]:
    """Return the CPU seconds of each thread that runs, by its number; the main thread's is the process's."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return {task.name: int((task / "schedstat").read_text().split()[0]) / 1e9 for task in tasks}


def peak_bytes(pid: int) -> int:
    """Return the most memory that a process has had resident."""
    match = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert match is not None
    return int(match[1]) * 1024


def description() -> dict[str, object]:
    """Return what a reader of the figures wants to know of the machine, and how busy it was before."""
    model = re.search(r"model name\s+: (.+)", Path("/proc/cpuinfo").read_text())
    return {
        "processor": model[1] if model else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "load_before": round(os.getloadavg()[0], 2),
    }
