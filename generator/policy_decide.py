"""`audit-generator policy decide`: questions in, the API server's decisions out, one JSON object a line."""

import sys
from collections.abc import Iterator
from typing import BinaryIO

import click
import msgspec

from audit.attributes import Attributes
from audit.deciding import decide
from audit.document import DocumentError
from audit.policy import Policy
from audit.policy_reading import read
from generator.policy_files import kubernetes


class Request(msgspec.Struct, frozen=True, rename="camel"):
    """A request, in the API server's own words; `resource` says whether it is about one."""

    user: str | None = None
    groups: tuple[str, ...] | None = None
    verb: str = ""
    path: str = ""
    resource: bool = False
    api_group: str = ""
    resource_name: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    def attributes(self) -> Attributes:
        """Return it as the kernel wants it."""
        where = (self.api_group, self.resource_name, self.subresource, self.namespace, self.name, self.path)
        return Attributes(self.verb, self.user, self.groups or (), self.resource, *where)


class Question(msgspec.Struct, frozen=True):
    """A policy's text, or None for the one before, and a request."""

    policy: str | None = None
    request: Request = Request()


class Answer(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What the API server would do, or why it would not start."""

    level: str = ""
    omit_stages: tuple[str, ...] = ()
    omit_managed_fields: bool = False
    error: str = ""


@click.command(name="decide")
@kubernetes
def decide_command(version: str) -> None:
    """Answer questions about policies, one JSON object a line, on standard input and output.

    A question is {"policy": "TEXT", "request": {"user", "groups", "verb", "path", "resource", "apiGroup", "resourceName",
    "subresource", "namespace", "name"}}; "resource" is true for a request about a resource. Without "policy" it is about
    the policy before. An answer is {"level", "omitStages", "omitManagedFields"}, or {"error"} where the API server refuses
    the policy.
    """
    for answer in answers(sys.stdin.buffer, version):
        click.echo(msgspec.json.encode(answer))


def answers(questions: BinaryIO | Iterator[bytes], version: str) -> Iterator[Answer]:
    """Yield the answer to each line."""
    policy: Policy | str = "no policy yet - give one with the first question"
    for line in questions:
        try:
            question = msgspec.json.decode(line, type=Question)
        except msgspec.MsgspecError as error:
            yield Answer(error=f"not a question: {error}")
            continue
        if question.policy is not None:
            policy = _read(question.policy, version)
        if isinstance(policy, str):
            yield Answer(error=policy)
            continue
        decision = decide(policy, question.request.attributes())
        yield Answer(decision.level, tuple(sorted(decision.omit_stages)), decision.omit_managed_fields)


def _read(text: str, version: str) -> Policy | str:
    try:
        return read(text, "policy", version).policy
    except DocumentError as error:
        return "; ".join(map(str, error.problems))
