"""Audit policies for tests, from a few words."""

from audit.policy import Policy
from audit.policy_reading import read
from audit.releases import NEWEST

QUIET = "omitStages: [RequestReceived]\n"


def text(*rules: str, head: str = QUIET, api: str = "v1") -> str:
    """Return a policy file: each rule in YAML's flow form on a line of its own, the first on line 5."""
    return f"apiVersion: audit.k8s.io/{api}\nkind: Policy\n{head}rules:\n" + "".join(f"- {rule}\n" for rule in rules)


def policy(*rules: str, head: str = QUIET, version: str = NEWEST) -> Policy:
    """Return a policy, read as the API server of a release reads it."""
    return read(text(*rules, head=head), "policy.yaml", version).policy
