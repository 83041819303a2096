"""The commands as a person on call types them, against a real file and the sandbox."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bridge.dead_letters import DeadLetters
from bridge.dead_letters_command import dead_letters, readable
from bridge.errors import BridgeError
from tests.support.processes import BIN, TOKEN, Process, Sandbox

NOON = 1_767_268_800_123_456_789  # 2026-01-01
TAGS = ("kubernetes", "audit")
ANSWER = 'status 400 ({"message":"no"})'


def event(number: int, **audit: Any) -> bytes:
    return json.dumps({"auditID": str(number), "audit": {"actor": "jane", "action": "get", **audit}}).encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file with three dead letters."""
    path = tmp_path / "dead-letters.sqlite"
    with closing(DeadLetters(str(path), 10**6, lambda: NOON)) as letters:
        letters.add(event(1, target="secrets/default/db"), TAGS, "400", ANSWER)
        letters.add(event(2, actor="\x1b[31mroot\u202e", action="exec"), TAGS, "413", "status 413")
        letters.add(b"no JSON", (), "400", ANSWER)
    return path


def ran(*arguments: str | Path, url: str = "") -> tuple[int, str]:
    """Run a command in this process, for starting one takes longer than all that it does."""
    environment = {"LOGGLY_TOKEN": TOKEN, **({"LOGGLY_URL": url} if url else {})}
    result = CliRunner().invoke(dead_letters, [str(argument) for argument in arguments], env=environment)
    if isinstance(result.exception, BridgeError):
        return 1, str(result.exception)
    return result.exit_code, result.output.removesuffix("\n")


def left(path: Path) -> dict[int, str]:
    """Return the ids that are left, and the answers to them."""
    with closing(DeadLetters(str(path), 10**6, create=False)) as letters:
        return {letter.id: letter.answer for letter in letters.list()}


def held(sandbox: Sandbox) -> list[tuple[str, list[str]]]:
    return [(found["raw"], found["tags"]) for found in sandbox.events()]


def requests(sandbox: Sandbox) -> int:
    answered: dict[str, int] = sandbox.stats()["requests"]
    return sum(answered.values())


def test_the_list(path: Path) -> None:
    code, output = ran("list", "--path", path)
    rows = [[cell.strip() for cell in line.split("  ") if cell] for line in output.splitlines()]
    when = "2026-01-01T12:00:00.123456Z"
    assert 0 == code
    assert [
        ["id", "time", "reason", "answer", "size", "who", "what"],
        ["1", when, "400", ANSWER, "93", "jane", "get secrets/default/db"],
        ["2", when, "413", "status 413", "78", "\\x1b[31mroot\\u202e", "exec"],
        ["3", when, "400", ANSWER, "7"],
    ] == rows


def test_the_list_for_programs(path: Path) -> None:
    code, output = ran("list", "--path", path, "--json")
    found = [json.loads(line) for line in output.splitlines()]
    assert (0, [1, 2, 3]) == (code, [letter["id"] for letter in found])
    assert {
        "id": 1,
        "time": "2026-01-01T12:00:00.123456Z",
        "reason": "400",
        "answer": ANSWER,
        "tags": list(TAGS),
        "size": 93,
        "event": json.loads(event(1, target="secrets/default/db")),
    } == found[0]
    assert "no JSON" == found[2]["event"]


def test_a_list_of_nothing(path: Path) -> None:
    with closing(DeadLetters(str(path), 1)) as letters:
        for number in letters.ids():
            letters.remove(number)
    assert (0, "no dead letters") == ran("list", "--path", path)
    assert (0, "") == ran("list", "--path", path, "--json")


def test_one_of_them(path: Path) -> None:
    code, output = ran("show", "2", "--path", path)
    assert 0 == code
    assert (
        """\
id:     2
time:   2026-01-01T12:00:00.123456Z
reason: 413
answer: status 413
tags:   kubernetes, audit
size:   78 bytes

{
  "auditID": "2",
  "audit": {
    "actor": "\\u001b[31mroot\\u202e",
    "action": "exec"
  }
}"""
        == output
    )


def test_a_real_process(path: Path, sandbox: Sandbox) -> None:
    """With the exit code that a script looks at."""
    sandbox.script({"match": {"contains": "exec"}, "status": 400})
    command: list[str | Path] = [BIN / "audit-bridge", "dead-letters", "retry", "--all", "--path", path]
    with Process(command, {"LOGGLY_TOKEN": TOKEN, "LOGGLY_URL": sandbox.url}) as process:
        assert (1, "2 delivered, 1 kept") == (process.wait(), process.output.splitlines()[-1])


def test_one_that_is_not_there(path: Path) -> None:
    sentence = "4: expected the id of a dead letter, got none of them - see audit-bridge dead-letters list"
    assert (1, sentence) == ran("show", "4", "--path", path)


def test_all_again(path: Path, sandbox: Sandbox) -> None:
    """Each is its own request, with the tags that it had."""
    code, output = ran("retry", "--all", "--path", path, url=sandbox.url)
    assert (0, ["1: delivered", "2: delivered", "3: delivered", "3 delivered, 0 kept"]) == (code, output.splitlines())
    assert {} == left(path)
    first, _, third = held(sandbox)
    assert ((event(1, target="secrets/default/db").decode(), list(TAGS)), "no JSON") == (first, third[0])
    assert 3 == requests(sandbox)


def test_some_again(path: Path, sandbox: Sandbox) -> None:
    code, output = ran("retry", "3", "1", "3", "--path", path, url=sandbox.url)
    assert (0, ["3: delivered", "1: delivered", "2 delivered, 0 kept"]) == (code, output.splitlines())
    assert {2: "status 413"} == left(path)


def test_one_that_is_refused_again(path: Path, sandbox: Sandbox) -> None:
    """It stays, with the new answer, and the others go."""
    sandbox.script({"match": {"contains": "exec"}, "status": 400, "body": "still\x1b no"})
    code, output = ran("retry", "--all", "--path", path, url=sandbox.url)
    assert ["1: delivered", "2: refused again, status 400 (still\\x1b no)", "3: delivered", "2 delivered, 1 kept"] == (
        output.splitlines()
    )
    assert (1, {2: "status 400 (still\x1b no)"}) == (code, left(path))


def test_an_outage_ends_the_attempt(path: Path, sandbox: Sandbox) -> None:
    """It says nothing of the event, so the answer that does is kept."""
    sandbox.script({"status": 503})
    code, output = ran("retry", "--all", "--path", path, url=sandbox.url)
    assert 1 == code
    assert ["1: not sent, status 503 - try again when Loggly accepts events", "0 delivered, 3 kept"] == (
        output.splitlines()
    )
    assert ({1: ANSWER, 2: "status 413", 3: ANSWER}, 1) == (left(path), requests(sandbox))


def test_a_200_in_a_strangers_words_is_shown(path: Path, sandbox: Sandbox) -> None:
    sandbox.script({"action": "pass", "body": "<html>"})
    code, output = ran("retry", "1", "--path", path, url=sandbox.url)
    assert (0, "1: delivered, status 200 in words that are not Loggly's: is it there?") == (
        code,
        output.splitlines()[0],
    )


def test_ids_that_are_not_there_are_named_before_anything_is_sent(path: Path, sandbox: Sandbox) -> None:
    code, output = ran("retry", "1", "9", "8", "--path", path, url=sandbox.url)
    assert (1, ["8:", "9:"]) == (code, [line.split(" ")[0] for line in output.splitlines()])
    assert ([1, 2, 3], []) == (list(left(path)), sandbox.events())


@pytest.mark.parametrize("arguments", [["retry"], ["retry", "--all", "1"], ["retry", "0"], ["show"], ["nonsense"]])
def test_usage_errors_are_2(arguments: list[str]) -> None:
    code, output = ran(*arguments)
    assert (2, True) == (code, "Usage: dead-letters" in output)


def test_the_file_that_the_configuration_names(path: Path, tmp_path: Path) -> None:
    config = tmp_path / "bridge.yaml"
    config.write_text(f"dead_letter: {{path: {path}}}\n")
    assert (0, 4) == (ran("list", "--config", config)[0], len(ran("list", "--config", config)[1].splitlines()))


def test_a_configuration_that_names_none(tmp_path: Path) -> None:
    config = tmp_path / "bridge.yaml"
    config.write_text("cluster: prod\n")
    sentence = "dead_letter.path: expected the file of dead letters, got none - give --path, or the bridge's --config"
    assert (1, f"{config}: {sentence}") == ran("list", "--config", config)
    assert (1, f"(no file): {sentence}") == ran("list")


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite"
    sentence = "expected the dead letters, got one that cannot be opened - check that it is there, and its permissions"
    assert (1, f"{path} (dead_letter.path): {sentence}") == ran("list", "--path", path)
    assert not path.exists()


def test_beside_a_bridge_that_has_the_file_open(path: Path, sandbox: Sandbox) -> None:
    """What it adds is seen, and what is removed makes room for it."""
    with closing(DeadLetters(str(path), 10**6)) as bridge:
        bridge.add(event(4), TAGS, "400", ANSWER)
        assert 5 == len(ran("list", "--path", path)[1].splitlines())
        assert 0 == ran("retry", "--all", "--path", path, url=sandbox.url)[0]
        assert (0, 0) == (bridge.count, bridge.bytes_used)


def test_the_token_is_never_shown(path: Path, sandbox: Sandbox) -> None:
    """Loggly may quote the address that it was asked at, and the token is a part of it."""
    sandbox.script({"status": 400, "body": f"no such input: /bulk/{TOKEN}/"})
    _, output = ran("retry", "1", "--path", path, url=sandbox.url)
    with closing(sqlite3.connect(path)) as database:
        kept = str(database.execute("SELECT * FROM rows").fetchall())
    assert ("/bulk/****/" in output, "/bulk/****/" in kept, TOKEN in output + kept) == (True, True, False)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"a":[1.10,"\xc3\xa9"]}', '{\n  "a": [\n    1.10,\n    "é"\n  ]\n}'),
        (b"no JSON \xff\x07", "no JSON \ufffd\\x07"),
    ],
)
def test_an_event_for_people(line: bytes, expected: str) -> None:
    assert expected == readable(line)


def test_an_event_that_is_nested_too_deep_is_shown_as_it_is() -> None:
    line = b"[" * 100_000 + b"]" * 100_000
    assert line.decode() == readable(line)
