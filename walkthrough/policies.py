"""The post's second half: less noise by a policy, the same by webhook, and proof that everything arrived."""

import re

from walkthrough.cluster import LOG
from walkthrough.masks import without_first, without_numbers
from walkthrough.people import ALICE, JANE, executed
from walkthrough.walk import Walk

_RATE = re.compile(r"^(metadata|gce|recommended) +([\d,.]+)", re.MULTILINE)
_SETTING = re.compile(r"--set[= ]'?(webhook\.[\w.]+)=")
_VERDICT = re.compile(r"([\d,]+) events: 0 missing, 0 doubled, 0 altered")
_WEBHOOK = "etc/kubernetes/audit-webhook"
SIMULATED = f"""tail -n +$READY {LOG} \\
  | audit-generator policy simulate - --policy metadata --policy gce --policy recommended > simulated.txt"""
LEASES = f'tail -n +$READY {LOG} | grep -c \'"resource":"leases"\''
VERIFIED = f"""audit-bridge verify {LOG} \\
  --config rendered/webhook/bridge.yaml --account $LOGGLY_URL --wait 15s"""
BRIDGE = """audit-bridge run --config rendered/webhook/bridge.yaml --set spool.path=spool.sqlite \\
  --set forward.port=0 --set admin.port=$ADMIN_PORT --set webhook.host=127.0.0.1 --set webhook.port=$WEBHOOK_PORT \\
  --set webhook.tls.cert_file=certs/server.crt --set webhook.tls.key_file=certs/server.key \\
  --set webhook.tls.client_ca_file=certs/ca.crt --set 'webhook.client_names=[kube-apiserver]' --set webhook.node=node-1"""
"""What the arguments of the rendered pod say, with this folder's places."""

_POD = "rendered/webhook/kubernetes/60-daemonset.yaml"
_INSTALLED = {
    "rendered/webhook/host/audit-policy.yaml": "etc/kubernetes/audit-policy.yaml",
    "rendered/webhook/host/audit-webhook/kubeconfig": f"{_WEBHOOK}/kubeconfig",
    "certs/ca.crt": f"{_WEBHOOK}/ca.crt",
    "certs/client-kube-apiserver.crt": f"{_WEBHOOK}/client.crt",
    "certs/client-kube-apiserver.key": f"{_WEBHOOK}/client.key",
}


def noise(walk: Walk) -> None:
    """Ask what each policy would have left of the log so far."""
    walk.told.section("noise", "Less noise")
    walk.typed(SIMULATED)
    output = walk.typed("head -n 6 simulated.txt", shown=without_numbers)
    walk.typed(LEASES, shown=without_first)
    rates = {name: float(number.replace(",", "")) for name, number in _RATE.findall(output)}
    less = len(rates) == 3 and rates["recommended"] < rates["gce"] < rates["metadata"]
    walk.told.expect("gce leaves less than metadata, and recommended less than gce", less, output)


def webhook(walk: Walk) -> None:
    """Go over to the webhook and to the policy with less noise, and do again what alerts are for."""
    walk.told.section("webhook", "By webhook")
    walk.typed("cat webhook.yaml")
    walk.typed(
        "audit-generator render audit.yaml webhook.yaml --set audit.webhook.port=$WEBHOOK_PORT -o rendered/webhook",
        shown=without_numbers,
    )
    walk.typed("audit-generator certs audit.yaml webhook.yaml -o certs")
    for source, place in _INSTALLED.items():
        walk.typed(f"install -D -m 0600 {source} {place}")
    walk.cluster.kill()
    walk.searching.settle()
    for sender in walk.senders:
        sender.stop()
    pod = (walk.folder / _POD).read_text()
    walk.told.expect(
        "the bridge has the webhook's settings of the rendered pod", settings(BRIDGE) == settings(pod), pod
    )
    walk.started(BRIDGE, "webhook listening on")
    walk.told.say("(the API server starts again, with the flags of rendered/webhook/host/kubeadm.yaml)")
    walk.cluster.restart(walk.folder / "rendered/webhook")
    walk.ready()


def settings(text: str) -> set[str]:
    """Return the keys of the webhook that a command or a manifest sets."""
    return set(_SETTING.findall(text))


def again(walk: Walk) -> None:
    """Do again what alerts are for: under the policy with less noise, and by webhook, they fire as before."""
    walk.told.section(walk.by_kubectl("again"), "The same, by webhook, under the policy with less noise")
    walk.typed(f"{JANE} get secrets", code=1)
    walk.typed(f'{ALICE} patch secret db --patch \'{{"stringData": {{"password": "third"}}}}\'')
    walk.find("access-denied", 1)
    walk.find("secret-edited", 1)
    executed(walk)
    walk.typed(LEASES, code=1)  # grep's, where there is none


def proof(walk: Walk) -> None:
    """Compare the log with what Loggly has."""
    walk.told.section("proof", "Proof")
    walk.cluster.end()
    walk.told.expect("the noise went on to the end", not walk.cluster.failures, "; ".join(walk.cluster.failures))
    output = walk.typed(VERIFIED, shown=without_first)
    walk.told.expect("everything that the log has is in Loggly once", bool(_VERDICT.search(output)), output)
