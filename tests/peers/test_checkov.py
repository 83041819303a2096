"""checkov looks at every object of the matrix: what it asks for is there, or is left out for a reason that stands here.

One run over one folder that holds each rendered text once.
"""

import hashlib
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support import matrix

pytestmark = pytest.mark.peer("checkov")

_ROOT = "the log is 0600 and may belong to any user: uid 0 with DAC_READ_SEARCH alone, all else dropped, is the least that reads it"
_PULL = "images.pullPolicy decides; images.requireDigests refuses what may change under a tag"
_EVERY = {
    "CKV_K8S_11": "a limit of CPU would only slow deliveries down: the buffer fills while the CPU idles",
    "CKV_K8S_15": _PULL,
    "CKV_K8S_20": "Kubernetes 1.7 does not know allowPrivilegeEscalation; from 1.8 on it is false",
    "CKV_K8S_43": _PULL,
}
_FLUENTD = {
    **_EVERY,
    "CKV_K8S_35": "Fluentd takes its shared key and password from the environment; its configuration cannot read a file",
}
_AGENT = {
    **_FLUENTD,
    "CKV_K8S_23": _ROOT,
    "CKV_K8S_25": _ROOT,
    "CKV_K8S_40": _ROOT,
}

ACCEPTED: Mapping[str, Mapping[str, str]] = {
    "DaemonSet.kube-audit-agent": _AGENT,
    "DaemonSet.kube-log-agent": {
        **_AGENT,
        "CKV_K8S_38": "it asks the API server which pod a container's log is of, with get, list and watch of pods and namespaces alone",
    },
    "Deployment.kube-audit-bridge": _EVERY,
    "Deployment.kube-audit-collector": _FLUENTD,
    "StatefulSet.kube-audit-bridge": _EVERY,
    "PodSecurityPolicy.kube-audit-agent": {
        "CKV_K8S_24": _ROOT,
        "CKV_K8S_5": _EVERY["CKV_K8S_20"],
        "CKV_K8S_6": _ROOT,
    },
    "PodSecurityPolicy.kube-audit-bridge": {"CKV_K8S_5": _EVERY["CKV_K8S_20"]},
}
"""What checkov asks for and is not there, by object, with the reason."""


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Run checkov over all that the matrix renders; return what it finds by object: the check's id, and its words."""
    folder = tmp_path_factory.mktemp("rendered")
    for row in matrix.covered().rows:
        for path, text in matrix.rendered(matrix.key(row)).items():
            if path.startswith("kubernetes/") and not path.endswith("kustomization.yaml"):
                name = f"{Path(path).stem}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.yaml"
                (folder / name).write_text(text)
    command: list[str | Path] = [
        "checkov",
        "--framework",
        "kubernetes",
        "--skip-download",
        "--quiet",
        "--output",
        "json",
        "--directory",
        folder,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    result = json.loads(done.stdout)
    assert result["summary"]["parsing_errors"] == 0
    assert result["summary"]["resource_count"] > len(ACCEPTED)
    found: dict[str, dict[str, str]] = {}
    for one in result["results"]["failed_checks"]:
        kind, _, name = str(one["resource"]).partition(".")
        found.setdefault(f"{kind}.{name.rpartition('.')[2]}", {})[one["check_id"]] = one["check_name"]
    return found


def test_what_it_asks_for_is_there_or_left_out_for_a_reason(failed: dict[str, dict[str, str]]) -> None:
    unreasoned = {
        resource: {check: words for check, words in checks.items() if check not in ACCEPTED.get(resource, {})}
        for resource, checks in failed.items()
    }
    assert {} == {resource: checks for resource, checks in unreasoned.items() if checks}


def test_no_reason_is_for_nothing(failed: dict[str, dict[str, str]]) -> None:
    """Over all objects together: which of them the matrix holds for an old release changes with it."""
    asked = {check for checks in failed.values() for check in checks}
    assert set() == {check for checks in ACCEPTED.values() for check in checks} - asked
