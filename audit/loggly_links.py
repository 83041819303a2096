"""Addresses at which Loggly shows a search, for people to click."""

from urllib.parse import urlencode

ACCOUNT = "SUBDOMAIN"
"""Stands in links where nobody has named the account's subdomain."""


def link(account: str, terms: str, begin: str, end: str = "now") -> str:
    """Return the address of a search; `begin` and `end` are times in ISO 8601, or as Loggly writes `-20m` and `now`."""
    return f"https://{account}.loggly.com/search#{urlencode({'terms': terms, 'from': begin, 'until': end})}"
