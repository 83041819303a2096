"""`audit-generator policy explain`: which rule decides about a request, and why the earlier ones do not."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from audit.attributes import Attributes, Recorded, from_event, from_request
from audit.deciding import Decision, Mismatch, decide, mismatches
from audit.event import MALFORMED
from audit.facts import SERVICE_ACCOUNT
from audit.policy import STAGES, Policy
from generator.policy_files import kubernetes, read_policy, tell

HTTP = {"create": "POST", "update": "PUT", "patch": "PATCH", "delete": "DELETE", "deletecollection": "DELETE"}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a policy decides about a request, and why each rule before the one that decides does not match."""

    policy: Policy
    request: Attributes
    decision: Decision
    earlier: tuple[tuple[Mismatch, ...], ...]

    def stages(self) -> dict[str, str]:
        """Return the level at each stage."""
        return {stage: self.decision.level if self.decision.records(stage) else "None" for stage in STAGES}

    def line(self) -> int | None:
        """Return where the deciding rule begins."""
        return None if self.decision.rule is None else self.policy.rules[self.decision.rule].line

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "request": asdict(self.request),
            "rule": self.decision.rule,
            "line": self.line(),
            "level": self.decision.level,
            "stages": self.stages(),
            "omitManagedFields": self.decision.omit_managed_fields,
            "earlier": [
                {"rule": index, "line": rule.line, "level": rule.level, "because": [asdict(one) for one in why]}
                for index, (rule, why) in enumerate(zip(self.policy.rules, self.earlier, strict=False))
            ],
        }


def explain(policy: Policy, request: Attributes) -> Explanation:
    """Ask a policy about a request, rule by rule."""
    decision = decide(policy, request)
    before = len(policy.rules) if decision.rule is None else decision.rule
    return Explanation(
        policy, request, decision, tuple(tuple(mismatches(policy, index, request)) for index in range(before))
    )


@click.command(name="explain")
@click.argument("named", metavar="POLICY")
@click.option("--user", help="The authenticated user; without it nobody is, as in a failed login.")
@click.option(
    "--group", "groups", multiple=True, help="A group of the user beside system:authenticated and the like; repeatable."
)
@click.option("--verb", help="The verb, such as get or deletecollection; get where it is not given.")
@click.option("--resource", metavar="NAME[/SUB]", help="The resource, such as pods or pods/exec.")
@click.option("--subresource", help="The subresource, where --resource does not say it.")
@click.option(
    "--api-group", default="", help="The resource's group, such as apps; the core group where it is not given."
)
@click.option("--namespace", default="", help="The namespace; none where it is not given.")
@click.option("--name", default="", help="The object's name in the URL: none for create, list and deletecollection.")
@click.option("--url", metavar="PATH", help="The path, in place of the resource, its names and the like.")
@click.option("--event", metavar="JSON", help="An audit event, in place of all of these.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@kubernetes
def explain_command(named: str, version: str, *, as_json: bool, event: str | None, **request: Any) -> None:
    """Explain which rule of POLICY decides about a request, why no earlier one does, and the level at each stage."""
    attributes = from_json(event) if event else from_options(**request)
    explanation = explain(tell(read_policy(named, version)).policy, attributes)
    if as_json:
        click.echo(msgspec.json.encode(explanation.as_json()))
    else:
        show(explanation, Console(highlight=False, soft_wrap=True))


def from_json(event: str) -> Attributes:
    """Return the request that an event recorded; raises a usage error for what is no event."""
    try:
        return from_event(msgspec.json.decode(event.encode("utf-8", "replace"), type=Recorded))
    except MALFORMED as error:
        raise click.BadParameter(f"expected an audit event, got what is none: {error}", param_hint="--event") from None


def from_options(  # noqa: PLR0917 - one for each option
    user: str | None,
    groups: tuple[str, ...],
    verb: str | None,
    resource: str | None,
    subresource: str | None,
    api_group: str,
    namespace: str,
    name: str,
    url: str | None,
) -> Attributes:
    """Return the request that options describe; raises a usage error where they do not."""
    if (url is None) == (resource is None):
        raise click.UsageError("expected one of --resource, --url and --event - say what the request is about")
    groups = (*groups, *(group for group in implied_groups(user) if group not in groups))
    if url is not None:
        found = from_request(HTTP.get(verb or "", "GET"), url, user, groups)
        return replace(found, verb=verb) if verb else found
    kind, _, below = (resource or "").partition("/")
    return Attributes(verb or "get", user, groups, True, api_group, kind, subresource or below, namespace, name)


def implied_groups(user: str | None) -> list[str]:
    """Return the groups that the API server gives a user by itself, whoever vouches for the name."""
    if user is None:
        return []
    if user == "system:anonymous":
        return ["system:unauthenticated"]
    account = user.split(":") if user.startswith(SERVICE_ACCOUNT) else []
    of_accounts = ["system:serviceaccounts", f"system:serviceaccounts:{account[2]}"] if len(account) == 4 else []
    return [*of_accounts, "system:authenticated"]


def show(explanation: Explanation, console: Console) -> None:
    """Print an explanation for people."""
    policy, decision = explanation.policy, explanation.decision
    console.print(f"[bold]{escape(_sentence(explanation.request))}[/]")
    if decision.rule is None:
        console.print(f"no rule of {escape(policy.name)} matches: nothing is recorded")
    else:
        where = f"rules[{decision.rule}] ({policy.name}:{explanation.line()})"
        console.print(f"{escape(where)} decides: level [bold]{decision.level}[/]{_managed(decision)}")
    if explanation.earlier:
        console.print(_earlier(explanation))
    table = Table("stage", "written", box=None, pad_edge=False, header_style="dim")
    for stage, level in explanation.stages().items():
        reason = "nothing" if decision.level == "None" else "nothing: omitStages"
        table.add_row(stage, level if level != "None" else reason)
    console.print(table)


def _managed(decision: Decision) -> str:
    return ", without managedFields" if decision.omit_managed_fields and decision.level.startswith("Request") else ""


def _earlier(explanation: Explanation) -> Table:
    table = Table("rule", "line", "level", "does not match", box=None, pad_edge=False, header_style="dim")
    for index, why in enumerate(explanation.earlier):
        rule = explanation.policy.rules[index]
        table.add_row(escape(f"rules[{index}]"), str(rule.line), rule.level, escape("\n".join(map(str, why))))
    return table


def _sentence(request: Attributes) -> str:
    """Say the request as a person would: `alice (devs): get pods/exec web-0 in default`."""
    who = "nobody" if request.user is None else f"{request.user} ({', '.join(request.groups)})"
    if not request.is_resource:
        return f"{who}: {request.verb} {request.path}"
    kind = f"{request.resource}/{request.subresource}" if request.subresource else request.resource
    kind = f"{kind} of {request.api_group}" if request.api_group else kind
    where = f" in {request.namespace}" if request.namespace else ""
    return f"{who}: {request.verb} {kind}{f' {request.name}' if request.name else ''}{where}"
