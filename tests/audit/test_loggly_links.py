"""Links into Loggly."""

from dataclasses import replace

import pytest

from audit.builtin import builtin
from audit.loggly_links import link, search

RULE = builtin().pack.rules[0]


def test_a_link_opens_a_search_in_its_time() -> None:
    assert (
        "https://acme.loggly.com/search#terms=json.audit.rules%3Aexec+AND+json.audit.actor%3A%22jane%22"
        "&from=2026-11-24T12%3A00%3A00.000Z&until=now"
    ) == link("acme", 'json.audit.rules:exec AND json.audit.actor:"jane"', "2026-11-24T12:00:00.000Z")


@pytest.mark.parametrize(("name", "expected"), [("exec", "exec"), ("blog-exec", "blog-exec"), ("my.exec", '"my.exec"')])
def test_a_rule_is_searched_by_its_name(name: str, expected: str) -> None:
    rule = replace(RULE, about=replace(RULE.about, name=name))
    assert f"json.audit.rules:{expected}" == search(rule)
