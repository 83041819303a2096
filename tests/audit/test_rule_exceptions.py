"""Exceptions in the configuration."""

import pytest

from audit.document import DocumentError, check, read
from audit.settings import Settings


def sentence(text: str) -> str:
    with pytest.raises(DocumentError) as error:
        check(read(f"rules: {{except: [{text}]}}", "bridge.yaml"), Settings)
    return str(error.value)


def test_an_exception_is_about_some_events() -> None:
    assert (
        "bridge.yaml:1: rules.except[0].rules: expected users, namespaces, names or source_ips beside it, got none"
        " - say which events, or name the rule in rules.disable"
    ) == sentence("{rules: [exec], reason: because}")


def test_an_exception_is_from_some_rules() -> None:
    assert "bridge.yaml:1: rules.except[0].rules: expected 1 or more entries, got an empty list" == sentence(
        "{rules: [], users: [a]}"
    )
    assert "bridge.yaml:1: rules.except[0].rules: expected a value, got nothing - add it" == sentence("{users: [a]}")


def test_addresses_are_addresses() -> None:
    assert sentence("{rules: [exec], source_ips: [10.0.0.300]}").startswith(
        "bridge.yaml:1: rules.except[0].source_ips[0]: "
    )


def test_what_is_read_is_written_as_it_was() -> None:
    text = "{rules: [exec], source_ips: [10.0.0.0/8]}"
    settings = check(read(f"rules: {{except: [{text}]}}", "bridge.yaml"), Settings)
    written = settings.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert {"rules": {"except": [{"rules": ["exec"], "source_ips": ["10.0.0.0/8"]}]}} == written
