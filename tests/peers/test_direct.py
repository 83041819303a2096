"""The log of a real API server, rotated every megabyte, read by a bridge that is killed again and again: nothing is lost.

DIRECT_KILLS and DIRECT_OUTAGE make it longer: how often the bridge is killed, and for how many seconds Loggly fails.
"""

import gzip
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from bridge import log_directory, rotation
from bridge.log_reading import is_at
from bridge.position import Position
from bridge.rotation import Seen
from tests.support.kube import ADMIN, KubeApi
from tests.support.processes import Bridge, Sandbox, wait_for

pytestmark = pytest.mark.peer("kube")

KILLS = int(os.environ.get("DIRECT_KILLS", "4"))
OUTAGE = float(os.environ.get("DIRECT_OUTAGE", "3"))
BACKUPS = 50
ROTATIONS = 5  # while the bridge is away
POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: RequestResponse\n"
CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
CONFIG = """\
cluster: direct
files: [{path: %s/audit/audit.log}]
state: {path: %s/state/positions.json}
batch: {max_age: 100ms}
retry: {initial: 50ms, maximum: 500ms}
redact: {bodies: drop}
"""

Identity = tuple[str, str]


def identity(line: str | bytes) -> Identity:
    event = json.loads(line)
    return event["auditID"], event["stage"]


class Load:
    """Writes a ConfigMap over and over, and reads a little; `pause` seconds between two writes."""

    def __init__(self, api: KubeApi) -> None:
        self._url = f"https://127.0.0.1:{api.port}"
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy, and no other authorities
        self._session.verify = str(api.authority)
        self._session.headers["Authorization"] = f"Bearer {ADMIN}"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.pause = 0.1 * max(1.0, OUTAGE / 8)  # so that no file goes for age in a longer run

    def _run(self) -> None:
        self._session.post(f"{self._url}{CONFIG_MAPS}", json=self._object(0), timeout=10)
        number = 0
        while not self._over.wait(self.pause):
            number += 1
            self._session.put(f"{self._url}{CONFIG_MAPS}/large", json=self._object(number), timeout=10)
            for _ in range(3):
                self._session.get(f"{self._url}{CONFIG_MAPS}?limit=1&fieldSelector=metadata.name%3Dnone", timeout=10)

    def _object(self, number: int) -> dict[str, object]:
        return {"metadata": {"name": "large"}, "data": {"number": str(number), "text": "x" * 40_000}}

    @contextmanager
    def running(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self.stop()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()


class Log:
    """What the API server has written, as it lies there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def files(self) -> list[Seen]:
        return log_directory.listing(str(self.path))

    def identities(self, files: list[Seen], offset: int = 0) -> list[Identity]:
        found = [Path(file.path).read_bytes() for file in files]
        data = b"".join(gzip.decompress(some) if some.startswith(b"\x1f\x8b") else some for some in found)
        return [identity(line) for line in data[offset:].splitlines() if line.endswith(b"}")]

    def after(self, position: Position) -> set[Identity]:
        """Return the events behind a position; all, where none was kept."""
        files = self.files()
        at = next((index for index, file in enumerate(files) if is_at(file, position)), None)
        return set(self.identities(files) if at is None else self.identities(files[at:], position.offset))


class Stage:
    """A bridge that is started over and over, and how many doubles its kills excuse."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.config = folder / "bridge.yaml"
        self.config.write_text(CONFIG % (folder, folder))
        self.state = folder / "state" / "positions.json"
        self.log = Log(folder / "audit" / "audit.log")
        self.sandbox = sandbox
        self.excused = 0

    def bridge(self) -> Bridge:
        return Bridge(self.config, self.sandbox.url)

    def position(self) -> Position | None:
        files = json.loads(self.state.read_text())["files"] if self.state.exists() else {}
        return Position.from_json(files[str(self.log.path)]) if files else None

    def held(self) -> Counter[Identity]:
        return Counter(identity(event["raw"]) for event in self.sandbox.events())

    def kill(self, bridge: Bridge) -> None:
        """Kill it; what Loggly has behind the kept position will come again."""
        bridge.signal(signal.SIGKILL)
        bridge.stop()
        time.sleep(0.3)  # an upload that has just arrived is stored by then
        self.excused += len(self.log.after(self.position() or Position()) & self.held().keys())


@pytest.mark.parametrize("compress", ["false", "true"], ids=["plain", "compressed"])
@pytest.mark.timeout(600)
def test_nothing_is_lost(tmp_path: Path, compress: str) -> None:
    (tmp_path / "audit").mkdir()
    (tmp_path / "policy.yaml").write_text(POLICY)
    flags = {
        "audit-policy-file": str(tmp_path / "policy.yaml"),
        "audit-log-path": str(tmp_path / "audit" / "audit.log"),
        "audit-log-maxsize": "1",
        "audit-log-maxbackup": str(BACKUPS),
        "audit-log-compress": compress,
    }
    moments = random.Random(compress)
    with Sandbox() as sandbox, KubeApi(tmp_path, flags) as api:
        stage, load = Stage(tmp_path, sandbox), Load(api)
        with stage.bridge():
            before = wait_for(stage.position, naming="a position").after  # what was rotated until then is not read
        with load.running():
            for number in range(KILLS):
                with stage.bridge() as bridge:
                    if number == KILLS // 2:
                        sandbox.script({"match": {}, "for_s": OUTAGE, "action": "respond", "status": 503})
                    time.sleep(moments.uniform(0.1, 1.5))
                    stage.kill(bridge)
            _wait_for_rotations(stage.log, ROTATIONS)
            last = stage.bridge()
            time.sleep(OUTAGE)
        with last:
            files = stage.log.files()
            assert len(files) < BACKUPS, "the API server has removed some: nobody knows any more what was written"
            written = set(stage.log.identities(rotation.after(files, before)))
            wait_for(lambda: written <= stage.held().keys(), 60, f"{len(written)} events in Loggly")
            held = stage.held()
        gaps = [line for line in last.lines if "GAP" in line]
    assert ([], set()) == (gaps, written - held.keys())
    assert held.total() - len(held) <= stage.excused


def _wait_for_rotations(log: Log, count: int) -> None:
    before = len(log.files())
    wait_for(lambda: len(log.files()) >= before + count, 60, f"{count} rotations")
