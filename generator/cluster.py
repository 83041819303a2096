"""A cluster, through kubectl: the one place where the generator asks somebody over a network, and only when told to."""

import re
import subprocess

from audit.problems import masked
from generator.errors import GeneratorError

_LITERAL = re.compile(
    r"(?im)^(?P<before>[-+ ]\s*(?:- )?name: \S*(?:token|passw|secret|key|credential)\S*\n[-+ ]\s*value: )\S.*$"
)
"""An environment variable whose name says that its value is a secret; none is rendered, but a pod may have been edited."""

_LAST_APPLIED = re.compile(r'(?m)^(?P<before>[-+ ]\s*)\{"apiVersion":.*$')
"""The annotation in which kubectl keeps a whole object on one line: what is in it stands in the diff, or does not change."""

_MISSING = re.compile(r'namespaces "([^"]+)" not found')


def cluster_diff(manifests: str, context: str | None = None) -> str:
    """Return kubectl's unified diff from a cluster to manifests, secrets hidden; empty where nothing would change.

    Raises `GeneratorError` where kubectl is not there, or where it or the API server refuses.
    """
    command = ["kubectl", *([f"--context={context}"] if context else []), "diff", "-f", "-"]
    try:
        done = subprocess.run(command, input=manifests, capture_output=True, text=True, check=False)
    except OSError as error:
        got = (error.strerror or "an error").lower()
        raise GeneratorError(
            f"kubectl: expected the program on PATH, got {got} - install it, or compare with -o DIR"
        ) from None
    if done.returncode == 0 or (done.returncode == 1 and done.stdout):
        return hidden(done.stdout)
    raise GeneratorError(_refusal(masked(done.stderr.strip()) or f"exit code {done.returncode}"))


def hidden(difference: str) -> str:
    """Return a diff without what looks like a secret: Loggly tokens, users in URLs, literal values of variables named so."""
    return masked(_LAST_APPLIED.sub(r"\g<before>(hidden)", _LITERAL.sub(r"\g<before>(hidden)", difference)))


def _refusal(said: str) -> str:
    """Return a sentence for what kubectl complained of; lines of its own log are left out."""
    lines = [line for line in said.splitlines() if line.lower().startswith("error")] or said.splitlines()
    cure = "check the context and your rights"
    if missing := _MISSING.search(said):
        cure = (
            f"create it first: kubectl apply -f kubernetes/00-namespace.yaml, or kubectl create namespace {missing[1]}"
        )
    return f"kubectl diff: expected an answer of the API server, got: {'; '.join(dict.fromkeys(lines))} - {cure}"
