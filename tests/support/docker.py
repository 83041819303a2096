"""Docker's `fluentd` log driver: a container that prints what it is told, and whose log the daemon sends on.

The image holds `cat` and what it is linked with, taken from this machine, so nothing is pulled. A container lives until the
caller is done: in its asynchronous mode the driver throws away what is still queued when a container ends.
"""

import io
import re
import shutil
import subprocess
import tarfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

TAG = "kube.audit.node-1"


def with_libraries(program: Path) -> Iterator[Path]:
    """Yield a program's file and every library that it is linked with; a static program has none."""
    yield program
    linked = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    yield from map(Path, re.findall(r"(/\S+) \(0x", linked))


@contextmanager
def imported_image() -> Iterator[str]:
    """Import an image made of this machine's `cat`; remove it at the end."""
    program = shutil.which("cat")
    assert program is not None
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", dereference=True) as layer:
        for file in with_libraries(Path(program).resolve()):
            layer.add(file, "cat" if file.name == "cat" else str(file))
    name = f"kube-audit-bridge-test:{uuid.uuid4().hex[:12]}"
    subprocess.run(["docker", "import", "-", name], input=archive.getvalue(), capture_output=True, check=True)
    try:
        yield name
    finally:
        subprocess.run(["docker", "image", "rm", name], capture_output=True, check=True)


@contextmanager
def container(image: str, port: int, host: str = "127.0.0.1", **options: str) -> Iterator[IO[str]]:
    """Run a container whose log goes to `port`; what is written to the yielded file is its log."""
    log = {
        "fluentd-address": f"{host}:{port}",
        "tag": TAG,
        **{f"fluentd-{name}": value for name, value in options.items()},
    }
    command = ["docker", "run", "--rm", "--interactive", "--network", "none", "--log-driver", "fluentd"]
    command += [f"--log-opt={name.replace('_', '-')}={value}" for name, value in log.items()]
    with subprocess.Popen(
        [*command, image, "/cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as client:
        assert client.stdin is not None
        yield client.stdin
        client.stdin.close()
        assert client.wait(30) == 0


def write(log: IO[str], lines: Sequence[str]) -> None:
    """Let a container print lines."""
    log.writelines(f"{line}\n" for line in lines)
    log.flush()
