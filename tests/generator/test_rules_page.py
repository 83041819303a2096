"""The page has every rule."""

from audit.builtin import builtin
from generator.rules_page import page


def test_every_rule_that_is_told_has_its_row() -> None:
    text = page()
    assert [] == [one.name for one in builtin().pack.told() if f"| `{one.name}` | {one.about.title}" not in text]


def test_a_row() -> None:
    assert (
        "| `exec` | A command or a console in a container | medium | Metadata | T1609 | yes | Sigma, Falco, Elastic, Panther, GuardDuty, Stratus |\n"
        in page()
    )
    assert (
        "| `secrets-read-in-bulk` | Many different secrets are read by one actor: 10 values of objectRef.name in 10 minutes "
        "| high | Metadata | T1552.007 | what it counts | Elastic, Panther |\n"
    ) in page()
