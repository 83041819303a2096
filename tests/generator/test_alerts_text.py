"""The same definitions, in three forms."""

import json
from dataclasses import replace

from generator.alerts import alerts
from generator.alerts_text import to_html, to_json, to_markdown, when
from generator.load import Inputs
from generator.values import Values

FOUND = alerts(Inputs(Values()))
EXEC = next(alert for alert in FOUND if alert.id == "exec")


def test_json_has_every_field() -> None:
    [first, *_] = json.loads(to_json([EXEC]))
    assert ("exec", "json.audit.rules:exec", 15, 20, 1) == tuple(
        first[key] for key in ("id", "search", "every_minutes", "window_minutes", "threshold")
    )


def test_markdown_has_a_section_for_each() -> None:
    text = to_markdown([replace(EXEC, native="json.verb:get", license="DRL-1.1")])
    assert (
        "\n### A command or a console in a container\n\n"
        "`exec`: kubectl exec or attach, over SPDY (create) or WebSocket (get). What is typed in a shell is not audited.\n\n"
        f"- search: `json.audit.rules:exec` ([open]({EXEC.link}))\n"
        "- every 15 minutes, over 20 minutes, at least 1 event\n"
        "- in the event's own fields: `json.verb:get`\n"
        "- audit level: Metadata; attack.execution, attack.t1609\n"
        "- false positives: Operators at work.\n"
        "- by kube-audit-bridge, DRL-1.1\n"
    ) in text


def test_the_page_links_every_search_and_loads_nothing() -> None:
    page = to_html(FOUND)
    assert all(f'<article id="{alert.id}">' in page for alert in FOUND)
    assert all(alert.link.replace("&", "&amp;") in page for alert in FOUND)
    assert "<script" not in page
    assert "<link" not in page


def test_what_a_rule_says_cannot_become_structure() -> None:
    assert "<b>" not in to_html([replace(EXEC, title="<b>x</b>")])


def test_when_to_look() -> None:
    assert "every 60 minutes, over 65 minutes, at least 10 events" == when(
        replace(EXEC, every_minutes=60, window_minutes=65, threshold=10)
    )
