"""A person who looks on reads no credential."""

import orjson
import pytest

from audit.event import from_record
from audit.facts import facts
from audit.masking import Mask
from tests.support.events import event

MASK = Mask()
EXEC = {"resource": "pods", "subresource": "exec", "namespace": "shop", "name": "db-0"}


def test_the_command_of_an_exec_is_masked() -> None:
    uri = "/api/v1/namespaces/shop/pods/db-0/exec?command=mysql&command=-phunter2&command=shop"
    found = MASK.view(from_record(event(requestURI=uri, objectRef=EXEC)))
    assert ("mysql", "-p(redacted)", "shop") == facts(found).command


def test_other_uris_stay_as_they_are() -> None:
    uri = "/api/v1/namespaces/shop/pods/db-0/exec?command=ls&command=-l&container=db"
    assert uri == MASK.view(from_record(event(requestURI=uri, objectRef=EXEC))).request_uri


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"I1124 10:42:37 plain text", "I1124 10:42:37 plain text"),
        (b"not \xff UTF-8", "not \ufffd UTF-8"),
        (b"password=hunter2", "password=(redacted)"),
        (orjson.dumps(event(requestObject={"data": {"a": "aHVudGVyMg=="}}))[50:-1], "(redacted)"),
    ],
)
def test_a_line_that_is_no_event(line: bytes, expected: str) -> None:
    assert expected == MASK.text(line)
