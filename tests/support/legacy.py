"""Legacy text as API servers write it, for tests: a Go-quote writer, and lines of each generation."""

from collections.abc import Sequence

_SHORT = {"\a": "a", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v", "\\": "\\", '"': '"'}


def quoted(text: str) -> str:
    """Return a text as Go's %q does."""
    return f'"{"".join(map(_sign, text))}"'


def _sign(sign: str) -> str:
    if sign in _SHORT:
        return "\\" + _SHORT[sign]
    if sign.isprintable():
        return sign
    point = ord(sign)
    if point < 0x20 or point == 0x7F:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def line(time: str, pairs: Sequence[tuple[str, str]]) -> bytes:
    """Return a line of these keys and values, quoted."""
    return f"{time} AUDIT: {' '.join(f'{key}={quoted(value)}' for key, value in pairs)}".encode()


def names(groups: Sequence[str] | None, nothing: str) -> str:
    """Return the value of groups, which is quoted itself; `nothing` where there are none."""
    return nothing if groups is None else ",".join(map(quoted, groups))


REQUEST_1 = (
    b'2016-09-07T13:03:57.400333046Z AUDIT: id="5c3b8227-4af9-4322-8a71-542231c3887b" ip="127.0.0.1" method="GET" '
    b'user="admin" as="<self>" namespace="default" uri="/api/v1/namespaces/default/pods"'
)
RESPONSE_1 = b'2016-09-07T13:03:57.400710987Z AUDIT: id="5c3b8227-4af9-4322-8a71-542231c3887b" response="200"'
REQUEST_2 = (
    b'2017-03-21T03:57:09.106841886-04:00 AUDIT: id="c939d2a7-1c37-4ef1-b2f7-4ba9b1e43b53" ip="127.0.0.1" method="DELETE" '
    b'user="admin" groups="\\"system:masters\\",\\"system:authenticated\\"" as="jane" asgroups="<lookup>" '
    b'namespace="shop" uri="/api/v1/namespaces/shop/secrets"'
)
RESPONSE_2 = b'2017-03-21T03:57:09.108403639-04:00 AUDIT: id="c939d2a7-1c37-4ef1-b2f7-4ba9b1e43b53" response="403"'
STAGE_3 = (
    b'2018-01-31T12:34:56.789012345Z AUDIT: id="d5b6e0c5-7a3e-4c8c-9a33-2a1cb1f3a7a9" stage="ResponseComplete" ip="10.0.0.7" '
    b'method="create" user="system:serviceaccount:ci:jenkins" groups="\\"system:serviceaccounts\\"" as="<self>" '
    b'asgroups="<lookup>" namespace="shop" uri="/apis/apps/v1/namespaces/shop/deployments" response="201"'
)
STAGE_4 = (
    b'2026-11-24T10:42:37.041507475Z AUDIT: id="407fd174-5040-481b-99cd-8edcea267fc3" stage="RequestReceived" ip="10.0.0.7" '
    b'method="get" user="jane" groups="\\"system:authenticated\\"" as="<self>" asgroups="<lookup>" '
    b'user-agent="kubectl/v1.30.1 (linux/amd64)" namespace="shop" uri="/api/v1/namespaces/shop/pods/web-0/exec?command=ls" '
    b'response="<deferred>"'
)
FAILED_LOGIN = (
    b'2026-11-24T10:42:37.068567076Z AUDIT: id="7a387650-49c2-464a-aa15-f6142a04c81c" stage="ResponseStarted" '
    b'ip="127.0.0.1" method="get" user="<none>" groups="<none>" as="<self>" asgroups="<lookup>" '
    b'user-agent="curl/8.0" namespace="<none>" uri="/healthz" response="401"'
)
