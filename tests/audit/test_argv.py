"""Commands without what may be secret in them."""

import shlex

import pytest

from audit.argv import without
from audit.credentials import Credentials
from audit.settings import Redact

CREDENTIALS = Credentials(Redact().names, Redact().keep_names)

COMMANDS = {
    "cat /var/run/secrets/token": "cat /var/run/secrets/token",
    "tar cf - /etc": "tar cf - /etc",
    "app --log-level=debug -v": "app --log-level=debug -v",
    "psql --password hunter2 -h db": "psql --password (redacted) -h db",
    "app --api-key=hunter2 x": "app --api-key=(redacted) x",
    "app -passin pass:hunter2": "app -passin (redacted)",
    "app --token --verbose": "app --token --verbose",
    "env PGPASSWORD=hunter2 LEVEL=5 lower=6 psql": "env PGPASSWORD=(redacted) LEVEL=(redacted) lower=6 psql",
    "env db_password=hunter2 psql": "env db_password=(redacted) psql",
    "/usr/bin/mysql -u root -phunter2 db": "/usr/bin/mysql -u root -p(redacted) db",
    "mysql -p hunter2": "mysql -p (redacted)",
    "grep -p hunter2": "grep -p hunter2",
    "redis-cli -a hunter2 get x": "redis-cli -a (redacted) get x",
    "curl -u me:hunter2 https://me:hunter2@host": "curl -u (redacted) https://me:(redacted)@host",
    "curl -H 'Authorization: Bearer hunter2'": "curl -H 'Authorization: (redacted)'",
    "curl -H 'Accept: text/plain'": "curl -H 'Accept: text/plain'",
    "sh -c 'mysql -phunter2 db | wc -l'": "sh -c 'mysql -p(redacted) db | wc -l'",
    "sh -c 'export TOKEN=hunter2 && app'": "sh -c 'export TOKEN=(redacted) && app'",
    "sh -c 'app --password \"my hunter2\" x'": "sh -c 'app --password (redacted) x'",
    "sh -c 'app --password \"hunter2'": "sh -c 'app --password (redacted)'",
    "app --password 'my hunter2'": "app --password (redacted)",
    "sh -c 'echo '": "sh -c 'echo '",
    'app \'{"password":"hunter2"}\'': "app '{\"password\":(redacted)}'",
}


@pytest.mark.parametrize(("command", "expected"), COMMANDS.items())
def test_by_default_only_credentials_go(command: str, expected: str) -> None:
    assert shlex.split(expected.replace("(redacted)", "REDACTED")) == [
        word.replace("(redacted)", "REDACTED") for word in without(shlex.split(command), "credentials", CREDENTIALS)
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], []),
        (["sh"], ["sh"]),
        (["TOKEN=x"], ["TOKEN=(redacted)"]),
        (["sh", "-c", "x"], ["sh", "(redacted)"]),
    ],
)
def test_of_a_command_only_the_program_may_be_kept(words: list[str], expected: list[str]) -> None:
    assert expected == without(words, "program", CREDENTIALS)


def test_all_or_nothing_may_be_kept() -> None:
    assert ["(redacted)"] == without(["sh", "-c", "x"], "drop", CREDENTIALS)
    assert [] == without([], "drop", CREDENTIALS)
    assert ["mysql", "-phunter2"] == without(["mysql", "-phunter2"], "keep", CREDENTIALS)
