import pytest

from audit.builtin import builtin
from audit.policy import Policy, Rule
from audit.policy_reading import read
from audit.presets import preset
from audit.probes import Detection
from audit.rule_needs import detection
from audit.sight import sight

BY_ID = {one.name: detection(one) for one in builtin().pack.told()}


def policy(rules: str, omitted: str = "") -> Policy:
    return read(f"apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [{omitted}]\nrules:\n{rules}", "p.yaml").policy


@pytest.mark.parametrize("needs", BY_ID.values(), ids=lambda needs: needs.id)
def test_the_recommended_policy_lets_every_rule_see(needs: Detection) -> None:
    assert () == sight(read(preset("recommended"), "recommended").policy, needs).misses


def test_a_level_that_is_too_low() -> None:
    found = sight(policy("  - level: Metadata\n"), BY_ID["privileged-container"])
    assert "blind" == found.word
    assert "create pods by jane: only Metadata by the rule at line 5, and Request is needed" == str(found.misses[0])


def test_a_rule_that_drops() -> None:
    """Reads at None take WebSocket exec for a read."""
    found = sight(policy("  - level: None\n    verbs: [get]\n  - level: Metadata\n"), BY_ID["exec"])
    assert "partly" == found.word
    assert {
        f"get pods/{below} by {user}: dropped by the rule at line 5"
        for below in ("exec", "attach")
        for user in ("jane", "system:serviceaccount:team:app")
    } == set(map(str, found.misses))


def test_a_stage_that_is_omitted() -> None:
    found = sight(policy("  - level: Metadata\n", "ResponseStarted"), BY_ID["failed-login"])
    assert "get pods by nobody (401): the stage ResponseStarted is omitted by the rule at line 5" == str(
        found.misses[0]
    )
    assert "blind" == found.word


def test_one_of_two_stages_is_enough() -> None:
    assert "sees" == sight(policy("  - level: Metadata\n", "ResponseStarted"), BY_ID["exec"]).word


def test_a_failed_login_matches_no_rule_with_users() -> None:
    found = sight(policy("  - level: Metadata\n    userGroups: ['system:authenticated']\n"), BY_ID["failed-login"])
    assert "get pods by nobody (401): dropped, for no rule matches" == str(found.misses[0])


def test_a_policy_that_is_in_no_file() -> None:
    found = sight(Policy((Rule("None"),)), BY_ID["secret-edited"])
    assert "create secrets by jane: dropped by the rule number 1" == str(found.misses[0])
