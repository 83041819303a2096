"""Links into Loggly."""

from audit.loggly_links import link


def test_a_link_opens_a_search_in_its_time() -> None:
    assert (
        "https://acme.loggly.com/search#terms=json.audit.rules%3Aexec+AND+json.audit.actor%3A%22jane%22"
        "&from=2026-11-24T12%3A00%3A00.000Z&until=now"
    ) == link("acme", 'json.audit.rules:exec AND json.audit.actor:"jane"', "2026-11-24T12:00:00.000Z")
