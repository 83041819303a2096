"""What people and a CI service do in a day, in some minutes: reading about, a deployment, a secret, a shell, a refusal."""

from tests.noise.client import Client, Object
from tests.noise.identities import CI, DEVELOPER, NOBODY, OPERATOR, STRANGER, VIEWER, Identity
from tests.noise.stage import Stage

SHOP = "/api/v1/namespaces/shop"
WEB = "/apis/apps/v1/namespaces/shop/deployments/web"
GROUPS = (
    "admissionregistration.k8s.io/v1",
    "apiextensions.k8s.io/v1",
    "apps/v1",
    "authorization.k8s.io/v1",
    "autoscaling/v1",
    "batch/v1",
    "coordination.k8s.io/v1",
    "networking.k8s.io/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "storage.k8s.io/v1",
)
READS = (
    f"{SHOP}/pods",
    f"{SHOP}/services",
    f"{SHOP}/configmaps",
    f"{SHOP}/events",
    "/apis/apps/v1/namespaces/shop/deployments",
    "/api/v1/nodes",
    "/api/v1/namespaces",
)


def start(stage: Stage) -> None:
    """Start them all, each at intervals of their own."""
    for identity in (DEVELOPER, VIEWER, OPERATOR):
        reader(stage, identity)
    alice, bob, carol = (Client(stage.server, one) for one in (DEVELOPER, VIEWER, OPERATOR))
    stranger, nobody = Client(stage.server, STRANGER), Client(stage.server, NOBODY)
    stage.every(60, "a secret is viewed", lambda: carol.get(f"{SHOP}/secrets/database"), irregular=True)
    stage.every(60, "a secret is edited", lambda: edit_secret(carol), irregular=True)
    stage.every(60, "a configmap is edited", lambda: edit_configmap(alice), irregular=True)
    stage.every(60, "a shell over SPDY", lambda: shell(alice, "POST", "exec", "SPDY/3.1"), irregular=True)
    stage.every(60, "a shell over WebSocket", lambda: shell(carol, "GET", "exec", "websocket"), irregular=True)
    stage.every(60, "a console", lambda: shell(carol, "POST", "attach", "SPDY/3.1"), irregular=True)
    stage.every(60, "a refusal", lambda: bob.get(f"{SHOP}/secrets/database"), irregular=True)
    stage.every(60, "a stranger", lambda: stranger.get("/api/v1/namespaces"), irregular=True)
    stage.every(60, "a scan", lambda: nobody.get("/api/v1/secrets"), irregular=True)
    jenkins(stage)


def discover(client: Client) -> None:
    """Ask what the server serves, as kubectl does when its cache is ten minutes old."""
    for path in ("/api", "/apis", "/api/v1", *(f"/apis/{group}" for group in GROUPS)):
        client.get(path, timeout="32s")


def reader(stage: Stage, identity: Identity) -> None:
    """Let somebody look about, every 20 s or so."""
    client, random = Client(stage.server, identity), stage.random(f"reads of {identity.name}")

    def look() -> None:
        if random.random() < 0.1:
            discover(client)
        client.get(random.choice(READS), limit=500)

    stage.every(20, f"{identity.name} reads", look, irregular=True)


def edit_secret(client: Client) -> None:
    """Edit a secret as `kubectl edit` does; make one, replace it, and delete it."""
    client.get(f"{SHOP}/secrets/database")
    client.patch(f"{SHOP}/secrets/database", {"stringData": {"password": "an-example"}})
    once: Object = {"metadata": {"name": "once"}, "stringData": {"key": "an-example"}}
    client.send("POST", f"{SHOP}/secrets", once)
    client.send("PUT", f"{SHOP}/secrets/once", once)
    client.send("DELETE", f"{SHOP}/secrets/once")
    client.send("DELETE", f"{SHOP}/secrets", query={"labelSelector": "purpose=nothing"})


def edit_configmap(client: Client) -> None:
    """Edit a ConfigMap as `kubectl edit` does."""
    _, found = client.get(f"{SHOP}/configmaps/settings")
    level = "debug" if found.get("data", {}).get("level") == "info" else "info"
    client.patch(f"{SHOP}/configmaps/settings", {"data": {"level": level}})


def shell(client: Client, method: str, way: str, protocol: str) -> None:
    """Open a stream into a running pod, if there is one."""
    _, listed = client.get(f"{SHOP}/pods", labelSelector="app=web")
    running = [pod["metadata"]["name"] for pod in listed.get("items", ()) if pod["status"].get("phase") == "Running"]
    if running:
        command = {"command": "id"} if way == "exec" else {}
        query = {"container": "web", "stdin": "true", "stdout": "true", **command}
        client.upgrade(method, f"{SHOP}/pods/{running[0]}/{way}", protocol, **query)


def jenkins(stage: Stage) -> None:
    """Deploy a new version every 90 s: read, apply, wait for the pods."""
    client, version = Client(stage.server, CI), [0]

    def deploy() -> None:
        version[0] += 1
        discover(client)
        client.get(WEB)
        client.patch(f"{SHOP}/configmaps/settings", {"data": {"version": str(version[0])}})
        image = f"registry.example/shop/web:{version[0]}"
        client.patch(WEB, {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": image}]}}}})
        for _ in range(10):
            status = client.get(WEB)[1].get("status", {})
            if status.get("updatedReplicas") == status.get("replicas") == status.get("availableReplicas"):
                break
            if stage.over.wait(2):
                break

    stage.every(90, "jenkins", deploy)
