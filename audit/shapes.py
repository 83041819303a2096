"""What is a credential by its own shape, whatever it stands under; every pattern takes time in proportion to the text.

Few and certain: JSON web tokens, private keys in PEM (also once more in base64, as kubeconfigs have them), credentials of HTTP's
`Authorization`, the password in a URI, and what the JSON decoder of API servers up to 1.21 quotes of a body that it cannot read.
"""

import re

MASK = "(redacted)"
"""Stands where something was removed."""

_PEM_AGAIN = "LS0tLS1CRUdJTi(?:BSU0Eg|BFQyBQ|BPUEVO|BFTkNS|BEU0Eg|BQUklW)"  # "-----BEGIN RSA ", "-----BEGIN EC P", ...

_TOKEN = re.compile(r"(?<![\w-])[\w-]{11,}+(?=\.[\w-]{8})", re.ASCII)  # the first part of three
_REST = re.compile(re.escape(MASK) + r"(?:\.(?:[\w-]++|\(redacted\)))++", re.ASCII)
_OTHERS = (
    (re.compile(r"-----BEGIN [A-Z0-9 ]*+.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.DOTALL), MASK),
    (re.compile(_PEM_AGAIN + r"[\w+/=-]*+", re.ASCII), MASK),
    (re.compile(r"(://[^/\s\"'@?#:]*+:)[^/\s\"'?#]*@"), rf"\1{MASK}@"),
    (re.compile(r"\b(bearer|basic)((?:\s|%20|\+)+)[\w.~+/=-]{8,}+", re.ASCII | re.IGNORECASE), rf"\1\2{MASK}"),
    (re.compile(r"(error found in #)\d+ byte of .*", re.DOTALL), rf"\1{MASK}"),
)
_PRIVATE = "PRIVATE KEY"

PATTERN = (
    rf"(?-u:eyJ[0-9A-Za-z_-]{{8}}|{_PRIVATE}|{_PEM_AGAIN}|error found in \#|(?i:bearer|basic)(?:\s|%20|\+))"
    r"""|://[^/\s"'@?\#:]*:[^/\s"'?\#]*@"""
)
"""The same for `scanning.searcher`: it matches wherever one of the shapes may be."""


def without(text: str) -> str:
    """Return a text without what has one of the shapes."""
    if "eyJ" in text:
        text = _REST.sub(MASK, _TOKEN.sub(_masked, text))
    for number, (pattern, replacement) in enumerate(_OTHERS):
        if number or _PRIVATE in text:
            text = pattern.sub(replacement, text)
    return text


def _masked(match: re.Match[str]) -> str:
    """Mask a part from where a token begins, if one does: `eyJ` is how the base64 of `{"` begins."""
    part = match[0]
    begun = part.find("eyJ")
    return part[:begun] + MASK if 0 <= begun <= len(part) - 11 else part
