"""The model of a policy: what can be compared, and what a default is."""

from audit.policy import LEVELS, STAGES, GroupResources, Policy, Rule


def test_policies_are_values() -> None:
    rules = (Rule("None", users=("a",), resources=(GroupResources("apps", ("deployments",)),)), Rule("Metadata"))
    assert {Policy(rules): 1}[Policy(rules)] == 1


def test_a_rule_matches_all_and_leaves_managed_fields_to_the_policy() -> None:
    rule = Rule("Metadata")
    lists = (rule.users, rule.user_groups, rule.verbs, rule.resources, rule.namespaces, rule.non_resource_urls)
    assert ((), None) == (sum(lists, ()), rule.omit_managed_fields)


def test_levels_and_stages_are_in_their_order() -> None:
    assert ("None", "RequestResponse") == (LEVELS[0], LEVELS[-1])
    assert ("RequestReceived", "Panic") == (STAGES[0], STAGES[-1])
