"""A Fluentd of ours goes on where the stock DaemonSet's stopped: nothing is sent twice, nothing is skipped."""

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest

from generator.adoption import adopting
from generator.flavors import FLAVORS
from generator.load import load
from generator.render import MONITOR_PORT, render
from tests.support.agents import append, bridge_config
from tests.support.commands import VALUES
from tests.support.kube import free_ports
from tests.support.processes import Bridge, Process, Sandbox, wait_for

pytestmark = pytest.mark.peer("fluentd")

OWN = "kube-audit.pos"
LEGACY = Path(__file__).parent.parent / "data" / "legacy-1.20.log"
STOCK = """
<source>
  @type tail
  path {log}
  pos_file {positions}
  tag kube-apiserver-audit
  multiline_flush_interval 5s
  refresh_interval 1s
  <parse>
    @type multiline
    format_firstline /^\\S+\\s+AUDIT:/
    format1 /^(?<time>\\S+) AUDIT:(?: (?:id="(?<id>(?:[^"\\\\]|\\\\.)*)"|\\w+="(?:[^"\\\\]|\\\\.)*"))*/
    time_format %Y-%m-%dT%T.%L%Z
  </parse>
</source>
<match kube-apiserver-audit>
  @type stdout
</match>
"""
"""The source of the stock DaemonSet: legacy text, and nothing but what is written while it runs."""


class Node:
    """A machine's directories: the log with what it was rotated to, the other Fluentd's position file, and our state."""

    def __init__(self, folder: Path) -> None:
        self.logs, self.state = folder / "logs", folder / "state"
        self.logs.mkdir()
        self.state.mkdir()
        self.log, self.stock, self.own = self.logs / "audit.log", folder / "stock.pos", self.state / OWN
        self.rest = self.state / "adopted.log"

    def write(self, text: str) -> None:
        with self.log.open("a") as log:
            log.write(text)

    def read_by_stock(self, position: int) -> None:
        """Leave a position as Fluentd writes it."""
        self.stock.write_text(
            f"/other.log\t{7:016x}\t{8:016x}\n{self.log}\t{position:016x}\t{self.log.stat().st_ino:016x}\n"
        )

    def rotate(self, time: str) -> Path:
        return self.log.rename(self.logs / f"audit-{time}.log")

    def adopt(self, log: str | None = None) -> str:
        """Run the script as the pod does; return what it says."""
        [text] = adopting(
            str(self.stock), state=str(self.state), own=OWN, log=log or str(self.log), in_pod=False
        ).values()
        done = subprocess.run(["ruby", "-W", "-"], input=text, capture_output=True, text=True, check=False, timeout=30)
        assert (0, "") == (done.returncode, done.stderr)
        return done.stdout

    def begins(self) -> list[tuple[str, int, int]]:
        lines = [line.split("\t") for line in self.own.read_text().splitlines()]
        return [(path, int(position, 16), int(inode, 16)) for path, position, inode in lines]


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def test_the_position_in_the_log_is_taken_over_and_no_other(node: Node) -> None:
    node.write("one\ntwo\n")
    node.read_by_stock(4)
    assert f"{node.own}: begins where the reader of {node.stock} stopped in 1 logs\n" == node.adopt()
    assert [(str(node.log), 4, node.log.stat().st_ino)] == node.begins()
    assert not node.rest.exists()


def test_what_was_rotated_unread_is_kept_in_order(node: Node) -> None:
    """Across three rotations, of which the later two are compressed or plain."""
    node.write("one\ntwo\n")
    node.read_by_stock(4)
    node.rotate("2026-01-01T00-00-00.000")
    node.write("three\n")
    packed = node.rotate("2026-01-01T00-00-01.000")
    packed.with_suffix(".log.gz").write_bytes(gzip.compress(packed.read_bytes()))
    packed.unlink()
    node.write("four\n")
    node.rotate("2026-01-01T00-00-02.000")
    node.write("five\n")
    assert "rotated since; 15 bytes of" in node.adopt()
    assert "two\nthree\nfour\n" == node.rest.read_text()
    assert [(str(node.log), 0, node.log.stat().st_ino)] == node.begins()


def test_a_rotated_file_that_is_gone_is_told(node: Node) -> None:
    node.write("one\n")
    node.read_by_stock(0)
    node.log.rename(node.logs / "elsewhere")
    node.write("two\n")
    assert "rotated since to a file that is gone or compressed: what was not read of it is not sent" in node.adopt()
    assert [(str(node.log), 0, node.log.stat().st_ino)] == node.begins()


@pytest.mark.parametrize("text", ["", "garbage\n", "{log}\tffffffffffffffff\t0000000000000001\n", "{log}\t12\t34\n"])
def test_no_usable_position_leaves_all_to_be_read(node: Node, text: str) -> None:
    node.stock.write_text(text.replace("{log}", str(node.log)))
    assert f"{node.stock}: no position in {node.log} there; it is read from its beginning\n" == node.adopt()
    assert [] == list(node.state.iterdir())


def test_a_machine_without_the_other_fluentd_reads_all(node: Node) -> None:
    assert "it is read from its beginning" in node.adopt()


def test_it_happens_once_and_the_rest_goes_when_it_is_read(node: Node) -> None:
    node.own.write_text("mine")
    node.rest.write_text("two\n")
    for read, left in ((0, True), (4, False)):
        (node.state / "adopted.pos").write_text(f"{node.rest}\t{read:016x}\t{5:016x}\n")
        assert f"{node.own}: there already, nothing to adopt\n" == node.adopt()
        assert (left, "mine") == (node.rest.exists(), node.own.read_text())


def test_a_pattern_takes_over_every_log_that_it_matches(node: Node) -> None:
    node.stock.write_text("".join(f"/var/log/containers/{name}.log\t{4:016x}\t{9:016x}\n" for name in "aba"))
    node.adopt("/var/log/containers/*.log")
    assert [(f"/var/log/containers/{name}.log", 4, 9) for name in "ab"] == node.begins()


def fluentd(node: Node, text: str) -> Process:
    config = node.state / "fluent.conf"
    config.write_text(text)
    return Process(["fluentd", "--no-supervisor", "--config", config], {"NODE_NAME": "cp-1"})


def told(line: str) -> tuple[str, str]:
    """Return the audit ID and the stage of a line of legacy text."""
    found = re.search(r'id="(.*?)" stage="(.*?)"', line)
    assert found is not None
    return found[1], found[2]


def test_ours_goes_on_where_the_stock_one_stopped(node: Node) -> None:
    """Lines that the stock one sent, lines that nobody read of a file that was rotated, and lines of the new one."""
    lines = LEGACY.read_text().splitlines()
    append(node.log, [])
    with fluentd(node, STOCK.format(log=node.log, positions=node.stock)) as stock:
        stock.wait_for_line(f"following tail of {node.log}")
        append(node.log, lines[:12])
        wait_for(lambda: f"{node.log.stat().st_size:016x}" in node.stock.read_text(), naming="the position of its end")
        stock.stop()
        assert 12 == stock.output.count('kube-apiserver-audit: {"id"')
    append(node.log, lines[12:20])
    node.rotate("2026-01-01T00-00-00.000")
    append(node.log, lines[20:])
    assert "rotated since" in node.adopt()
    with Sandbox() as loggly, Bridge(bridge_config(node.state), loggly.url) as bridge:
        settings = (f"audit.log.path={node.log}", f"agent.adoptPositionFile={node.stock}")
        text = render(load([VALUES / "default.yaml"], settings))["fluent.conf"]
        text = text.replace(FLAVORS["fluentd"].state, str(node.state)).replace(
            f"port {MONITOR_PORT}", f"port {free_ports(1)[0]}"
        )
        text = re.sub(r"host kube-audit-bridge\S*\n\s*port 24224", f"host 127.0.0.1\nport {bridge.port}", text)
        with fluentd(node, text):
            wait_for(lambda: len(loggly.events()) >= len(lines[12:]), 40, "the rest of the events")
        events = [json.loads(event["raw"]) for event in loggly.events()]
    assert sorted(map(told, lines[12:])) == sorted((str(event["auditID"]), str(event["stage"])) for event in events)
