"""The post's middle: somebody without rights, a secret that is edited, a command in a container, Jenkins and others."""

from walkthrough.walk import Walk

CA = """\\
  --ca-cert etc/kubernetes/pki/ca.crt --ca-key etc/kubernetes/pki/ca.key --kubeconfig kubeconfig"""
JANE = "kubectl --kubeconfig jane/jane.kubeconfig"
ALICE = "kubectl --kubeconfig alice/alice.kubeconfig --namespace shop"
MINTED = "kubectl --namespace ci create token jenkins > jenkins.token"
OLD_MINTED = """echo '{}' | kubectl create --filename - --raw /api/v1/namespaces/ci/serviceaccounts/jenkins/token \\
  | sed 's/.*"token":"\\([^"]*\\)".*/\\1/' > jenkins.token"""
RELEASE = """kubectl --token "$(cat jenkins.token)" --namespace shop \\
  create configmap release --from-literal=version=2"""
IN_ITS_NAME = f"""{ALICE} --as system:serviceaccount:ci:jenkins \\
  create configmap in-its-name --from-literal=version=4"""
PASSWORDS = ("Zmlyc3Q=", "c2Vjb25k")
"""The two, as a Secret's data has them."""
EDIT = f"""KUBE_EDITOR='sed -i s/Zmlyc3Q=/c2Vjb25k/' \\
  {ALICE} edit secret db"""


def unauthorized(walk: Walk) -> None:
    """Make the user without rights, and let her ask for secrets; and somebody whose token nobody issued."""
    walk.told.section("unauthorized", "Somebody without rights")
    walk.typed(f"audit-generator user jane {CA}")
    refused = walk.typed(f"{JANE} get secrets", code=1)
    walk.told.expect("jane is refused", "(Forbidden)" in refused, refused)
    walk.typed("kubectl --token a-token-that-nobody-has get secrets", code=1)
    walk.find("access-denied", 1)
    walk.find("failed-login", 1)


def secrets(walk: Walk) -> None:
    """Make a secret, look at it and edit it, as an operator."""
    walk.told.section("secrets", "A secret is viewed and edited")
    walk.typed(f"audit-generator user alice --group operators {CA}")
    walk.typed(f"{ALICE} create secret generic db --from-literal=password=first")
    walk.typed(f"{ALICE} get secret db --output name")
    edited = walk.typed(EDIT)
    walk.told.expect("the secret is edited", "secret/db edited" in edited, edited)
    walk.find("secret-viewed", 2)  # by `get`, and by `edit` before it patches
    walk.find("secret-edited", 2)
    held = "".join(event["raw"] for event in walk.loggly.events()) + walk.log.read_text()
    walk.told.expect("the password is in neither log nor Loggly", not any(one in held for one in PASSWORDS))


def commands(walk: Walk) -> None:
    """Run a command in a container."""
    walk.told.section(walk.by_kubectl("exec"), "A command in a container")
    walk.typed(f"{ALICE} run web --image registry.example/shop/web:1")
    walk.typed(f"{ALICE} wait --for condition=Ready pod/web --timeout 30s")
    executed(walk)


def executed(walk: Walk) -> None:
    """Run a command in the container that is there."""
    if walk.current_kubectl:
        walk.typed(f"{ALICE} exec web -- date")
    else:  # over SPDY the kubelet's stand-in closes the stream at once, which kubectl calls an error
        walk.typed(f"{ALICE} exec web -- date || true", shown=lambda _: "")
    walk.find("exec", 1)


def jenkins(walk: Walk) -> None:
    """Let Jenkins change something, and somebody by hand, and somebody in its name."""
    walk.told.section(walk.by_kubectl("jenkins"), "Jenkins, and others")
    walk.typed("audit-generator user jenkins --service-account ci --ci --namespace shop > jenkins.yaml")
    walk.typed("kubectl apply --filename jenkins.yaml")
    walk.typed(MINTED if walk.current_kubectl else OLD_MINTED)
    walk.typed(RELEASE)
    walk.typed(f"{ALICE} create configmap by-hand --from-literal=version=3")
    walk.typed(IN_ITS_NAME)
    walk.find("ci-change", 1)
    walk.find("ci-impersonated", 1)
    walk.find("change-by-others", 8 if walk.current_kubectl else 9)  # over SPDY the exec before is a `create`
