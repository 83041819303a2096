"""Notices as each receiver takes them."""

from typing import Any

import orjson
import pytest

from bridge.notice_bodies import body, moment, path
from tests.support.notices import SECONDS, notice, seen, sink
from tests.support.receivers import complaints

LINK = (
    "https://acme.loggly.com/search#terms=json.audit.rules%3Arule-0+AND+json.audit.cluster%3A%22prod%22+AND"
    "+json.audit.actor%3A%22jane%22&from=2026-11-24T11%3A59%3A00.000Z&until=2026-11-24T12%3A01%3A00.000Z"
)
SEARCH = 'json.audit.rules:rule-0 AND json.audit.cluster:"prod" AND json.audit.actor:"jane"'


def made(kind: str, *found: Any, account: str = "acme") -> Any:
    wants = sink(type=kind) if kind != "slack" else sink(type=kind, url=None, url_file="f")
    return orjson.loads(body(wants, found or (notice(seen(action="exec")),), account, SECONDS + 30))


def test_an_alert_for_alertmanager() -> None:
    [alert] = made("alertmanager")
    assert {
        "labels": {
            "alertname": "rule-0",
            "severity": "high",
            "cluster": "prod",
            "environment": "eu",
            "source": "kube-audit-bridge",
            "actor": "jane",
        },
        "annotations": {
            "summary": "A <test>",
            "description": "What is tested.",
            "author": "somebody, for us",
            "license": "DRL-1.1",
            "count": "1",
            "first": "2026-11-24T12:00:00.000Z",
            "last": "2026-11-24T12:00:00.000Z",
            "search": SEARCH,
            "actor": "jane",
            "action": "exec",
        },
        "startsAt": "2026-11-24T12:00:00.000Z",
        "endsAt": "2026-11-24T12:07:30.000Z",
        "generatorURL": LINK,
    } == alert


def test_an_alert_ends_after_it_would_be_told_again() -> None:
    """So that it stays while a group goes on, and goes by itself."""
    [alert] = made("alertmanager")
    assert moment(SECONDS + 30 + 300) < alert["endsAt"]


def test_a_message_for_slack() -> None:
    message = made("slack", notice(seen(action="exec"), seen(action="exec", target="pods/shop/web")))
    assert "prod (eu): 1 detection" == message["text"]
    [attachment] = message["attachments"]
    assert (LINK, "#e0641c") == (attachment["title_link"], attachment["color"])
    assert "[high] A &lt;test&gt; (2 times)" == attachment["title"]
    assert "Rule rule-0 by somebody, for us" == attachment["footer"]
    assert {"Actor": "jane", "Action": "exec", "Target": "pods/shop/web", "Search": SEARCH} == {
        field["title"]: field["value"] for field in attachment["fields"] if field["title"] != "When"
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [("<!channel>", "&lt;!channel&gt;"), ("@here & @Channel", "@\u200bhere &amp; @\u200bChannel"), ("a@b.c", "a@b.c")],
)
def test_a_name_that_a_client_chose_mentions_nobody(name: str, expected: str) -> None:
    [attachment] = made("slack", notice(seen(name)))["attachments"]
    assert expected == next(field["value"] for field in attachment["fields"] if field["title"] == "Actor")


def test_json_for_everybody_else() -> None:
    assert {
        "version": 1,
        "source": "kube-audit-bridge",
        "notices": [
            {
                "cluster": "prod",
                "environment": "eu",
                "rule": "rule-0",
                "title": "A <test>",
                "severity": "high",
                "description": "What is tested.",
                "author": "somebody, for us",
                "license": "DRL-1.1",
                "tags": ["attack.execution"],
                "count": 1,
                "first": "2026-11-24T12:00:00.000Z",
                "last": "2026-11-24T12:00:00.000Z",
                "groupedBy": {"actor": "jane"},
                "said": {
                    "actor": {"values": ["jane"], "more": False},
                    "action": {"values": ["exec"], "more": False},
                },
                "search": SEARCH,
                "link": LINK,
            }
        ],
    } == made("webhook")


@pytest.mark.parametrize("kind", ["alertmanager", "slack", "webhook"])
def test_without_an_account_there_is_no_link(kind: str) -> None:
    assert "loggly.com" not in str(made(kind, account=""))


def test_whatever_clients_call_themselves_alertmanager_takes_it() -> None:
    names = ["", "a\nb", 'q"\\', "x" * 5_000, "\u202e", "{{ .Labels }}"]
    found = [notice(seen(name, target=name, source_ip=name), by={"actor": name[:300]}) for name in names]
    assert [] == complaints(made("alertmanager", *found))


def test_an_event_of_the_future_begins_now() -> None:
    [alert] = made("alertmanager", notice(seen(at="2030-01-01T00:00:00.000000Z")))
    assert [] == complaints([alert])
    assert moment(SECONDS + 30) == alert["startsAt"]


def test_only_alertmanager_has_a_path_of_its_own() -> None:
    assert ["/api/v2/alerts", ""] == [path(sink(type=kind)) for kind in ("alertmanager", "webhook")]
