"""The command of an exec, from the query in which it stands."""

import shlex
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.commands import text, words
from tests.support.events import TEXT


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("/x/exec?command=ls", ("ls",)),
        (
            "/x/exec?command=sh&container=web&command=-c&stdin=true&command=cat+%2Fetc%2Fpasswd",
            ("sh", "-c", "cat /etc/passwd"),
        ),
        ("/x/exec?command=&command=a%26b%3Dc", ("", "a&b=c")),
        ("/x/exec?%63ommand=id", ("id",)),  # an encoded key is the same key to the API server
        ("/x/exec?command=%ff", ("\ufffd",)),
        ("/x/exec?xcommand=ls&command2=ls", ()),
        ("/x/exec", ()),
        ("/command=ls", ()),
        ("", ()),
    ],
)
def test_words(uri: str, expected: tuple[str, ...]) -> None:
    assert expected == words(uri)


@given(st.lists(TEXT))
def test_what_a_shell_reads_of_the_text_is_the_command(command: list[str]) -> None:
    found = words("/x/exec?" + urlencode([("command", word) for word in command]))
    assert tuple(command) == found
    assert command == shlex.split(text(found))


@given(st.text())
def test_any_text_is_a_uri(uri: str) -> None:
    assert all(isinstance(word, str) for word in words(uri))
