"""The search for what the bridge tells, and addresses at which Loggly shows a search, for people to click."""

from urllib.parse import urlencode

from audit.rules import Told

ACCOUNT = "SUBDOMAIN"
"""Stands in links where nobody has named the account's subdomain."""


def link(account: str, terms: str, begin: str, end: str = "now") -> str:
    """Return the address of a search; `begin` and `end` are times in ISO 8601, or as Loggly writes `-20m` and `now`."""
    return f"https://{account}.loggly.com/search#{urlencode({'terms': terms, 'from': begin, 'until': end})}"


def search(rule: Told) -> str:
    """Return the search for exactly the events that are told for a rule, each request once; a dot in a value needs quotes."""
    return f'json.audit.rules:"{rule.name}"' if "." in rule.name else f"json.audit.rules:{rule.name}"
