import pytest

from bridge.errors import BridgeError, ConfigError, ContentError, LocalProtocolError, RemoteProtocolError


@pytest.mark.parametrize("kind", [ConfigError, ContentError, LocalProtocolError, RemoteProtocolError])
def test_all_that_the_bridge_raises_has_one_ancestor(kind: type[Exception]) -> None:
    assert issubclass(kind, BridgeError)


def test_a_peers_mistake_names_its_byte() -> None:
    error = RemoteProtocolError("an array of 5 elements", 17)
    assert "byte 17: an array of 5 elements" == str(error)
    assert ("an array of 5 elements", 17) == (error.why, error.at)
