import dataclasses

import pytest

from bridge.messages import Ack, Chunk, Heartbeat, Hello, Message, Mode, Ping, Pong

MESSAGES: list[Message] = [
    Chunk(Mode.PACKED, "t", b""),
    Heartbeat(),
    Hello(b"n", b""),
    Ping("h", b"s", "d", "", ""),
    Pong(True, "", "h", "d"),
    Ack("x"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_messages_are_values(message: Message) -> None:
    """Equal where their fields are, and never changed."""
    assert dataclasses.replace(message) == message
    for field in dataclasses.fields(message):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(message, field.name, None)
