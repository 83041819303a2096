"""The same faults, others: what else sends to Loggly over HTTP, each set up as carefully as its manual lets one.

They tail a file and send to Loggly themselves; there is no bridge.
"""

import time
from dataclasses import replace
from pathlib import Path

from tests.faults import loggly_faults
from tests.faults.fault import Fault
from tests.faults.senders import Address, Agent, Kind, Sender
from tests.faults.stage import Stage
from tests.support.agents import FluentBit, Fluentd
from tests.support.processes import TOKEN, Process

PATH = f"/bulk/{TOKEN}/tag/kubernetes/"
SYSLOG_NG = """\
@version: 3.35
options {{ log-msg-size(1048576); stats-freq(0); }};
source audit {{ file("{folder}/audit.log" flags(no-parse) follow-freq(0.2)); }};
destination loggly {{
  http(
    url("{url}") method("POST") headers("Content-Type: text/plain") body("${{MESSAGE}}") timeout(60)
    batch-lines(500) batch-bytes(4000000) batch-timeout(1000) workers(2)
    disk-buffer(reliable(yes) disk-buf-size(1073741824) mem-buf-size(16777216) dir("{folder}"))
  );
}};
log {{ source(audit); destination(loggly); flags(flow-control); }};
"""


class SyslogNg(Process):
    """syslog-ng in the foreground, with all its files in one folder."""

    def __init__(self, folder: Path, address: Address) -> None:
        config = folder / "syslog-ng.conf"
        config.write_text(SYSLOG_NG.format(folder=folder, url=_url(address)))
        files = {"--persist-file": "persist", "--control": "control", "--pidfile": "pid"}
        places = [f"{option}={folder / name}" for option, name in files.items()]
        super().__init__(["syslog-ng", "--foreground", "--no-caps", f"--cfgfile={config}", *places])

    def pending(self) -> list[Path]:
        """Say nothing: its buffer's file keeps its size."""
        return []


def syslog_ng(folder: Path, address: Address) -> Sender:
    """Start syslog-ng with a reliable disk buffer."""
    return Agent(folder, lambda: SyslogNg(folder, address))


def fluentd(folder: Path, address: Address) -> Sender:
    """Start Fluentd with out_http."""
    changes = {
        "@type": "http",
        "endpoint": _url(address),
        "content_type": "text/plain",
        "format": {"@type": "single_value", "message_key": "message"},
        "require_ack_response": None,
        "ack_response_timeout": None,
        "heartbeat_type": None,
        "server": None,
    }
    return Agent(folder, lambda: Fluentd(folder, 0, changes))


def fluent_bit(folder: Path, address: Address) -> Sender:
    """Start Fluent Bit with out_http, each record an event."""
    host, port = address
    changes = {"name": "http", "host": host, "uri": PATH, "format": "json_lines", "require_ack_response": None}
    return Agent(folder, lambda: FluentBit(folder, port, changes, tail={"parser": "audit"}))


def _url(address: Address) -> str:
    host, port = address
    return f"http://{host}:{port}{PATH}"


def token_refused(stage: Stage) -> None:
    """Take another token only, and in the end the old one again: none of these reads its token anew."""
    stage.sandbox.tokens(loggly_faults.NEW_TOKEN)
    time.sleep(stage.seconds)
    stage.sandbox.tokens(TOKEN)


def _direct(fault: Fault) -> Fault:
    """Return a fault for a sender that sends to Loggly itself."""
    if fault.strike is loggly_faults.token_refused:
        return Fault("403", token_refused, replace(fault.needs, bridges=0))
    return replace(fault, needs=replace(fault.needs, bridges=0))


KINDS = (
    Kind("syslog-ng http", syslog_ng, peer="syslog-ng"),
    Kind("Fluentd out_http", fluentd, peer="fluentd"),
    Kind("Fluent Bit http", fluent_bit, peer="fluent-bit"),
)
FAULTS = tuple(map(_direct, loggly_faults.FAULTS))
