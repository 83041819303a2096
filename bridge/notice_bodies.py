"""Notices as each kind of receiver takes them: pure functions to the path and the body of a request.

What clients choose, names above all, is only ever a value: Slack's control characters and mentions are taken from it, and
Alertmanager's labels are the ones that `group_by` names.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from audit.loggly_links import link
from audit.rules import SEVERITIES
from audit.sinks import Sink
from audit.times import from_datetime
from bridge.notices import Notice

MOST = {"alertmanager": 64, "slack": 10, "webhook": 64}
"""Notices in one request."""
AROUND = 60.0
"""Seconds before the first event and after the last one that a link shows."""
LINGER = 120.0
"""Seconds by which an alert outlives the interval after which it is sent again if it goes on."""

_COLORS = dict(zip(SEVERITIES, ("#8a8a8a", "#3b82c4", "#d9a400", "#e0641c", "#c0161c"), strict=True))
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MENTION = re.compile(r"@(?=channel|all|here|everyone)", re.IGNORECASE)
_TITLES = {
    "actor": "Actor",
    "authenticatedAs": "Authenticated as",
    "action": "Action",
    "target": "Target",
    "verdict": "Verdict",
    "sourceIP": "From",
    "command": "Command",
}


def body(sink: Sink, notices: Sequence[Notice], account: str, now: float) -> bytes:
    """Return what is posted to a sink; `account` is Loggly's subdomain, empty where nobody knows it, `now` in seconds since 1970."""
    return orjson.dumps(_FORMS[sink.type](sink, notices, account, now))


def path(sink: Sink) -> str:
    """Return what follows a sink's address."""
    return "/api/v2/alerts" if sink.type == "alertmanager" else ""


def _link(notice: Notice, account: str) -> str:
    """Return where Loggly shows a notice's events; empty where the account is not known."""
    if not account:
        return ""
    return link(account, notice.terms, moment(notice.first - AROUND), moment(notice.last + AROUND))


def _place(notice: Notice) -> str:
    return f"{notice.cluster} ({notice.environment})" if notice.environment else notice.cluster


def moment(seconds: float) -> str:
    """Return seconds since 1970 in RFC 3339 and UTC, with milliseconds."""
    return from_datetime(datetime.fromtimestamp(seconds, UTC))[:-4] + "Z"


def _alerts(sink: Sink, notices: Sequence[Notice], account: str, now: float) -> list[dict[str, Any]]:
    """Return `postableAlerts` of Alertmanager's API v2 (prometheus/alertmanager `api/v2/openapi.yaml`).

    An alert ends by itself, unless it is sent again before. It may not begin after its end.
    """
    end = moment(now + sink.interval + LINGER)
    return [
        _filled(
            labels=_labels(notice),
            annotations=_annotations(notice),
            startsAt=moment(min(notice.first, now)),
            endsAt=end,
            generatorURL=_link(notice, account),
        )
        for notice in notices
    ]


def _labels(notice: Notice) -> dict[str, str]:
    return _filled(
        alertname=notice.about.name,
        severity=notice.about.severity,
        cluster=notice.cluster,
        environment=notice.environment,
        source="kube-audit-bridge",
        **notice.by,
    )


def _annotations(notice: Notice) -> dict[str, str]:
    about = notice.about
    return _filled(
        summary=about.title,
        description=about.description,
        author=about.author,
        license=about.license,
        count=str(notice.count),
        first=moment(notice.first),
        last=moment(notice.last),
        search=notice.terms,
        **{name: str(named) for name, named in notice.said.items()},
    )


def _slack(_sink: Sink, notices: Sequence[Notice], account: str, _now: float) -> dict[str, Any]:
    """Return a message with attachments: the form that Slack, Mattermost and Rocket.Chat have in common."""
    count, places = len(notices), dict.fromkeys(map(_place, notices))
    headline = f"{', '.join(places)}: {count} detection{'' if count == 1 else 's'}"
    return {"text": _plain(headline), "attachments": [_attachment(notice, account) for notice in notices]}


def _attachment(notice: Notice, account: str) -> dict[str, Any]:
    about = notice.about
    times = f" ({notice.count} times)" if notice.count > 1 else ""
    title = _plain(f"[{about.severity}] {about.title}{times}")
    said = {_TITLES[name]: str(named) for name, named in notice.said.items()}
    when = moment(notice.first) if notice.count == 1 else f"{moment(notice.first)} to {moment(notice.last)}"
    fields = {**said, "When": when, "Search": notice.terms}
    return _filled(
        fallback=title,
        color=_COLORS[about.severity],
        title=title,
        title_link=_link(notice, account),
        text=_plain(about.description),
        fields=[{"title": name, "value": _plain(value), "short": len(value) <= 40} for name, value in fields.items()],
        footer=_plain(f"Rule {about.name}" + (f" by {about.author}" if about.author else "")),
        mrkdwn_in=[],
    )


def _webhook(_sink: Sink, notices: Sequence[Notice], account: str, _now: float) -> dict[str, Any]:
    return _filled(
        version=1,
        source="kube-audit-bridge",
        notices=[_plain_notice(notice, account) for notice in notices],
    )


def _plain_notice(notice: Notice, account: str) -> dict[str, Any]:
    about = notice.about
    return _filled(
        cluster=notice.cluster,
        environment=notice.environment,
        rule=about.name,
        title=about.title,
        severity=about.severity,
        description=about.description,
        author=about.author,
        license=about.license,
        tags=list(about.tags),
        count=notice.count,
        first=moment(notice.first),
        last=moment(notice.last),
        groupedBy=_filled(**notice.by),
        said={name: {"values": list(named.values), "more": named.more} for name, named in notice.said.items()},
        search=notice.terms,
        link=_link(notice, account),
    )


_FORMS: dict[str, Callable[[Sink, Sequence[Notice], str, float], Any]] = {
    "alertmanager": _alerts,
    "slack": _slack,
    "webhook": _webhook,
}


def _filled(**values: Any) -> dict[str, Any]:
    """Leave out what is an empty text."""
    return {name: value for name, value in values.items() if value != ""}


def _plain(text: str) -> str:
    """Return a text in which Slack and its kin see no markup and no mention."""
    return _MENTION.sub("@\u200b", text.translate(_ESCAPED))
