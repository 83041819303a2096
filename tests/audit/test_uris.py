"""Request URIs without what may be secret in them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.argv import Mode
from audit.commands import words
from audit.credentials import Credentials
from audit.settings import Redact
from audit.uris import Uris

CREDENTIALS = Credentials(Redact().names, Redact().keep_names)
URIS = Uris(CREDENTIALS, "credentials")
EXEC = "/api/v1/namespaces/shop/pods/web-0/exec"
PROXY = "/api/v1/namespaces/shop/services/web/proxy"

KEPT = [
    "",
    "/api/v1/pods?limit=500&resourceVersion=0",
    "/api/v1/pods?fieldSelector=metadata.name%3Dtoken&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTIzfQ",
    "/api/v1/namespaces/shop/secrets/db-password?timeout=1s",
    f"{EXEC}?command=cat&command=%2Fetc%2Fpasswd&container=c&stdin=true",
    f"{PROXY}/metrics",
    "/api/v1/nodes/cp-1/proxy/",
    "/?",
    "/?&&;=",
]
CLEANED = {
    "/api/v1/pods?access_token=hunter2": ("/api/v1/pods?access_token=(redacted)", ["query"]),
    "/api/v1/pods?limit=5&Token=hunter2&watch=1": ("/api/v1/pods?limit=5&Token=(redacted)&watch=1", ["query"]),
    "/x?a=1;bearer=hunter2": ("/x?a=1;bearer=(redacted)", ["query"]),
    "/x?%74oken=hunter2": ("/x?%74oken=(redacted)", ["query"]),
    "/x?api%5Fkey=hunter2": ("/x?api%5Fkey=(redacted)", ["query"]),
    "/x?url=https%3A%2F%2Fme%3Ahunter2%40host": ("/x?url=(redacted)", ["query"]),
    "/x?url=https://me:hunter2@host": ("/x?url=(redacted)", ["query"]),
    f"{EXEC}?command=mysql&command=-phunter2&stdin=true": (
        f"{EXEC}?command=mysql&command=-p(redacted)&stdin=true",
        ["command"],
    ),
    f"{EXEC}?command=sh&command=-c&command=TOKEN%3Dhunter2+ls": (
        f"{EXEC}?command=sh&command=-c&command=TOKEN%3D(redacted)+ls",
        ["command"],
    ),
    f"{EXEC}?%63ommand=mysql&command=-phunter2": (f"{EXEC}?%63ommand=mysql&command=-p(redacted)", ["command"]),
    f"{PROXY}/login?user=me&pw=hunter2": (f"{PROXY}/login?user=(redacted)&pw=(redacted)", ["query"]),
    f"{PROXY}/token/hunter2/x": (f"{PROXY}/token/(redacted)/x", ["path"]),
    "/x?url=https%3A%2F%2Fhost%3Ftoken%3Dhunter2": ("/x?url=(redacted)", ["query"]),
    "/x?pässword=1&token=é": ("/x?pässword=1&token=(redacted)", ["query"]),
}


@pytest.mark.parametrize("uri", KEPT)
def test_ordinary_uris_are_kept_to_the_letter(uri: str) -> None:
    assert (uri, []) == URIS.without(uri)


@pytest.mark.parametrize(("uri", "expected"), CLEANED.items())
def test_what_may_be_secret_is_removed_and_named(uri: str, expected: tuple[str, list[str]]) -> None:
    assert expected == URIS.without(uri)
    assert (URIS.marked(uri), expected) != (False, (expected[0], ["query"]))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("keep", f"{EXEC}?command=mysql&x=1&command=-phunter2&command=db"),
        ("credentials", f"{EXEC}?command=mysql&x=1&command=-p(redacted)&command=db"),
        ("program", f"{EXEC}?command=mysql&x=1&command=(redacted)"),
        ("drop", f"{EXEC}?command=(redacted)&x=1"),
    ],
)
def test_what_becomes_of_a_command(mode: Mode, expected: str) -> None:
    assert expected == Uris(CREDENTIALS, mode).without(f"{EXEC}?command=mysql&x=1&command=-phunter2&command=db")[0]


@pytest.mark.parametrize("uri", CLEANED)
def test_whatever_is_removed_is_marked(uri: str) -> None:
    assert URIS.marked(uri) or URIS.without(uri)[1] == []


@given(
    st.lists(
        st.tuples(st.sampled_from(["command", "token", "limit", "a", "%74oken", ""]), st.text(max_size=4)), max_size=5
    ),
    st.sampled_from(["&", ";"]),
    st.sampled_from(["/x", PROXY, f"{PROXY}/", f"{PROXY}/a/token/b", EXEC, "/proxyz"]),
)
def test_no_uri_is_ever_cleaned_without_a_mark(parameters: list[tuple[str, str]], separator: str, path: str) -> None:
    uri = f"{path}?" + separator.join(f"{name}={value}" for name, value in parameters)
    clean, done = URIS.without(uri)
    assert URIS.marked(uri) or not done
    assert URIS.marked(f"/a\n{uri}\n/b?c=d") or not done
    assert (clean, []) == URIS.without(clean)
    assert len(words(uri)) == len(words(clean))


@pytest.mark.parametrize("parameter", ["command=a%20b&", "token=a&", "%41", "&", "command=-p&"])
def test_hostile_uris_take_time_in_proportion(parameter: str) -> None:
    begun = time.process_time()
    URIS.without("/x?" + parameter * 20_000)
    URIS.without(f"{PROXY}/" + "token/" * 20_000)
    assert time.process_time() - begun < 2
