"""The post's first half: auditing on, a look at the log, and the log on its way to Loggly."""

import shutil

from walkthrough.cluster import LOG
from walkthrough.masks import without_numbers
from walkthrough.searching import counted, rows
from walkthrough.walk import Walk

FIRST = '"requestURI":"/api/v1/namespaces?limit=500"'
SEARCH = "json.audit.actor:admin AND json.objectRef.resource:namespaces"

BRIDGE = """audit-bridge run --config rendered/file/bridge.yaml --set forward.host=127.0.0.1 \\
  --set forward.port=$FORWARD_PORT --set admin.port=$ADMIN_PORT"""
FLUENTD = """sed -e "s,/var/log/kubernetes,$PWD&," -e "s,/fluentd/log,$PWD/fluentd," \\
  -e s,kube-audit-bridge.audit-bridge.svc,127.0.0.1, -e "s,port 24224,port $FORWARD_PORT," \\
  -e "s,port 24220,port $MONITOR_PORT," rendered/file/fluent.conf > fluent.conf"""
ALONE = """sed -e "s,/var/log/kubernetes,$PWD&," -e "s,/var/lib/kube-audit-bridge,$PWD/state," \\
  rendered/direct/bridge.yaml > bridge.yaml"""


def auditing(walk: Walk) -> None:
    """Render, put the policy where the machine has it, start the API server with the flags, look at what it writes."""
    walk.told.section("auditing", "Auditing on")
    walk.typed("cat audit.yaml")
    walk.typed("audit-generator render audit.yaml -o rendered/file", shown=without_numbers)
    walk.typed("install -D -m 0600 rendered/file/host/audit-policy.yaml etc/kubernetes/audit-policy.yaml")
    walk.typed("grep -o 'audit-[a-z-]*: .*' rendered/file/host/kubeadm.yaml")
    walk.told.say("(etcd and an API server with these flags start, and the parts of a small cluster that make noise)")
    walk.cluster.start(walk.folder / "rendered/file")
    walk.ready()
    walk.told.section("looking", "A look at the log")
    walk.typed("kubectl get namespaces --output name")
    line = walk.typed(f"grep -m 1 '{FIRST}' {LOG}")
    walk.told.expect("the log has the request at level Metadata", '"level":"Metadata"' in line, line)
    walk.typed(f"audit-bridge show {LOG} --actor admin --resource namespaces --verb list --requests")


def shipping(walk: Walk) -> None:
    """Start what stands in Loggly's place, the bridge and the agent, and find the first event."""
    walk.told.section("loggly", "To Loggly")
    walk.started("audit-bridge sandbox --port $SANDBOX_PORT", r"sandbox listening on")
    if shutil.which("fluentd"):
        _by_fluentd(walk)
    else:
        _by_the_bridge(walk)
    walk.told.section("finding", "Found in Loggly")
    walk.typed("audit-generator alerts audit.yaml --format json > alerts.json")
    walk.look_up((walk.folder / "alerts.json").read_text())
    walk.searching.begin()
    walk.typed("kubectl get namespaces --output name >/dev/null")
    walk.searching.settle()
    found = walk.searching.fresh(SEARCH, 1)
    walk.told.note([f"{SEARCH}: {counted(found)}", *(f"  {row}" for row in rows(found))])
    walk.told.expect("the request is found once", len(found) == 1, str(len(found)))


def _by_fluentd(walk: Walk) -> None:
    walk.told.section("fluentd", "Fluentd and the bridge")
    bridge = walk.started(BRIDGE, "forward listening on")
    walk.typed(FLUENTD)
    walk.senders = [walk.started("fluentd --config fluent.conf", "fluentd worker is now running"), bridge]


def _by_the_bridge(walk: Walk) -> None:
    walk.told.section("direct", "The bridge alone")
    walk.typed("audit-generator render audit.yaml --set agent.flavor=direct -o rendered/direct", shown=without_numbers)
    walk.typed(ALONE)
    walk.senders = [
        walk.started(
            "audit-bridge run --config bridge.yaml --set forward.port=0 --set admin.port=$ADMIN_PORT",
            "admin listening on",
        )
    ]
