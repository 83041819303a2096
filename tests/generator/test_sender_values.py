"""What the values of senders refuse."""

from typing import Any

import pytest
from pydantic import ValidationError

from generator.sender_values import Expose, SignIn
from generator.values import Forward


@pytest.mark.parametrize("address", ["audit.example.com", "audit.example.com:24224", "10.0.0.7:1"])
def test_addresses(address: str) -> None:
    assert Forward(address=address).address == address


@pytest.mark.parametrize("address", ["https://a", "a:", "a:0", "a:b", "a b", "a/24", "", "a\n"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ValidationError):
        Forward(address=address)


@pytest.mark.parametrize("name", ["", "a b", "#{exit}", "a#{exit}", '"', "a:b", "a\n"])
def test_a_user_is_no_code_of_fluentds(name: str) -> None:
    """What stands in double quotes in Fluentd's configuration may be Ruby."""
    with pytest.raises(ValidationError):
        SignIn(name=name)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"sources": []},
        {"sources": ["10.0.0.1/8"]},
        {"sources": ["10.0.0.0/8"], "nodePort": 30000},
        {"sources": ["10.0.0.0/8"], "type": "NodePort", "nodePort": 80},
    ],
)
def test_what_cannot_be_exposed(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Expose.model_validate(given)
