"""The capabilities of the rendered DaemonSet are what Fluentd needs to read an API server's log, and no more than that."""

import os
import shutil
from pathlib import Path

import pytest
import yaml

from generator.flavors import FLAVORS
from generator.load import load
from generator.render import MONITOR_PORT, render, stream
from tests.support.agents import append, sample
from tests.support.kube import free_ports
from tests.support.processes import Process

pytestmark = [
    pytest.mark.peer("fluentd"),
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root, to give its rights away with setpriv"
    ),
]

DEFAULT = Path(__file__).parent.parent.parent / "values" / "default.yaml"
NOBODY = 65534


@pytest.mark.parametrize(
    ("given", "says"), [(True, "following tail of {log}"), (False, "Skip {log} because '{folder}' lacks")]
)
def test_fluentd_reads_anybodys_log_with_the_capability_and_not_without(tmp_path: Path, given: bool, says: str) -> None:
    """The log is 0600 in a directory of 0700, as an API server that is not root writes it."""
    log = tmp_path / "log" / "audit.log"
    log.parent.mkdir()
    append(log, sample(1))
    for path, mode in ((log, 0o600), (log.parent, 0o700)):
        path.chmod(mode)
        os.chown(path, NOBODY, NOBODY)
    files = render(load([DEFAULT], [f"audit.log.path={log}"]))
    (agent,) = [one for one in yaml.safe_load_all(stream(files)) if one["kind"] == "DaemonSet"]
    added = agent["spec"]["template"]["spec"]["containers"][0]["securityContext"]["capabilities"]["add"]
    kept = "".join(f",+{name.lower()}" for name in added if given)
    (monitor,) = free_ports(1)
    text = files["fluent.conf"].replace(FLAVORS["fluentd"].state, str(tmp_path / "state"))
    (tmp_path / "fluent.conf").write_text(text.replace(f"port {MONITOR_PORT}", f"port {monitor}"))
    rights = ["setpriv", f"--bounding-set=-all{kept}", "--inh-caps=-all"]
    with Process([*rights, "fluentd", "--config", tmp_path / "fluent.conf"], {"NODE_NAME": "cp-1"}) as fluentd:
        fluentd.wait_for_line(says.format(log=log, folder=log.parent), 40)
