from typing import Any

import msgpack
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import requests
from bridge.errors import LocalProtocolError, RemoteProtocolError
from bridge.framing import Frame, Framer
from bridge.messages import Ack, Chunk, Mode

EVENT = msgpack.packb([1, {"a": 1}])


def read(request: bytes) -> Chunk:
    framer = Framer(2**20)
    framer.feed(request)
    frame = framer.next()
    assert frame is not None
    return requests.read(frame)


def packed(*elements: Any) -> Chunk:
    return read(msgpack.packb(elements))


TIMES = [0, 1, -1, 1.5, 2**40, None, msgpack.ExtType(0, bytes(8)), True]


@pytest.mark.parametrize("time", TIMES[:-1])
def test_a_time_makes_a_message(time: Any) -> None:
    assert Chunk(Mode.MESSAGE, "t", msgpack.packb([time, {"a": 1}])) == packed("t", time, {"a": 1})


@pytest.mark.parametrize("count", [0, 3, 20, 70_000])
def test_an_array_makes_a_forward(count: int) -> None:
    assert Chunk(Mode.FORWARD, "t", EVENT * count) == packed("t", [[1, {"a": 1}]] * count)


@pytest.mark.parametrize("blob", [b"", EVENT, EVENT * 100, EVENT * 70_000])
@pytest.mark.parametrize("binary", [True, False])
def test_text_or_binary_makes_a_packed_forward(blob: bytes, binary: bool) -> None:
    """Fluentd sends text, Fluent Bit binary."""
    head = msgpack.Packer(use_bin_type=binary).pack(blob)
    assert Chunk(Mode.PACKED, "t", blob) == read(b"\x92\xa1t" + head)


@pytest.mark.parametrize(
    "options", [None, {}, [], "x", 7, {"size": 3}, {"other": [1, {"a": 2}]}, {1: 2, b"\xff": 3}, {"chunk": None}]
)
def test_options_that_say_nothing(options: Any) -> None:
    assert Chunk(Mode.FORWARD, "t", b"") == packed("t", [], options)
    assert Chunk(Mode.MESSAGE, "t", EVENT) == packed("t", 1, {"a": 1}, options)


@pytest.mark.parametrize(
    ("chunk", "chunk_id"),
    [
        (msgpack.packb("Zg+uzTN8YzahQy4bQbw2fw==\n"), "Zg+uzTN8YzahQy4bQbw2fw==\n"),
        (msgpack.packb(b"binary"), "binary"),
        (b"\xd9\x01x", "x"),
        (b"\xa2\xff\xfe", "\udcff\udcfe"),
        (b"\x07", "07"),
    ],
)
def test_an_id_is_echoed_byte_for_byte(chunk: bytes, chunk_id: str) -> None:
    """In the type and the very encoding in which it came."""
    found = read(b"\x93\xa1t\x90\x81\xa5chunk" + chunk)
    assert (b"\x81\xa3ack" + chunk, chunk_id) == (found.ack, found.chunk_id)


def test_options_with_a_meaning() -> None:
    found = packed("t", b"", {"size": "x", "compressed": "gzip", "fluent_signal": 2, "chunk": "a"})
    assert Chunk(Mode.PACKED, "t", b"", b"\x81\xa3ack\xa1a", "a", "gzip", 2) == found


def test_a_signal_that_is_no_small_number_is_none() -> None:
    assert packed("t", b"", {"fluent_signal": "1"}).signal == 0


def test_a_tag_may_be_binary() -> None:
    assert packed(b"t\xff", []).tag == "t\udcff"


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (["t"], "byte 0: expected an array of 2 to 4 elements, got 1"),
        (["t", 1, {}, {}, 1], "byte 0: expected an array of 2 to 4 elements, got 5"),
        ([1, [], {}], "byte 1: expected a tag, a text, as the first element"),
        (["t", True, {}], "byte 3: expected entries or a time as the second element"),
        (["t", {}, {}], "byte 3: expected entries or a time as the second element"),
        (["t", 1], "byte 3: a time without a record"),
        (["t", [], {}, {}], "byte 0: expected an array of 2 or 3 elements in this mode, got 4"),
    ],
)
def test_envelopes_that_are_wrong(request_: list[Any], sentence: str) -> None:
    with pytest.raises(RemoteProtocolError) as error:
        packed(*request_)
    assert str(error.value) == sentence


CHUNKS = st.builds(
    Chunk,
    mode=st.sampled_from([Mode.FORWARD, Mode.PACKED]),
    tag=st.text(max_size=40),
    body=st.integers(0, 50).map(lambda count: EVENT * count),
    chunk_id=st.none() | st.text(max_size=30),
    signal=st.integers(0, 4),
) | st.builds(
    Chunk, mode=st.just(Mode.MESSAGE), tag=st.text(max_size=40), body=st.just(EVENT), chunk_id=st.none() | st.text()
)


@given(CHUNKS)
def test_what_a_sender_encodes_a_receiver_reads(chunk: Chunk) -> None:
    found = read(requests.encode(chunk))
    assert (chunk.mode, chunk.tag, chunk.body, chunk.chunk_id, chunk.signal) == (
        found.mode,
        found.tag,
        found.body,
        found.chunk_id,
        found.signal,
    )
    if chunk.chunk_id is not None:
        assert found.ack == requests.encode_ack(Ack(chunk.chunk_id))


@given(st.text())
def test_acks_survive_the_wire(chunk_id: str) -> None:
    assert Ack(chunk_id) == requests.read_ack(Frame(requests.encode_ack(Ack(chunk_id)), 0))


@pytest.mark.parametrize("data", [b"\x81\xa3ack\xc0", b"\x81\xa2ok\xa1a", b"\x93\xa1t\x01\x80"])
def test_what_is_no_ack(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError) as error:
        requests.read_ack(Frame(data, 3))
    assert str(error.value) == "byte 3: expected an ack, a map with the key ack"


def test_a_message_of_ours_has_one_event() -> None:
    with pytest.raises(LocalProtocolError) as error:
        requests.encode(Chunk(Mode.MESSAGE, "t", b"\x01"))
    assert str(error.value) == "a Message carries one event, an array of two"


def read_json(value: Any) -> Chunk:
    return requests.read_json(Frame(orjson.dumps(value), 0))


def test_json_requests_give_the_same_chunks() -> None:
    """fluent-logger-golang's MarshalAsJSON: the same arrays, integer times, a JSON ack."""
    assert Chunk(Mode.MESSAGE, "t", EVENT) == read_json(["t", 1, {"a": 1}])
    assert Chunk(Mode.MESSAGE, "t", EVENT, b'{"ack":"x"}', "x") == read_json(["t", 1, {"a": 1}, {"chunk": "x"}])
    assert Chunk(Mode.FORWARD, "t", EVENT * 2) == read_json(["t", [[1, {"a": 1}]] * 2, None])


@pytest.mark.parametrize(
    "value", [{}, ["t"], ["t", 1], ["t", "blob"], [1, 2, 3], ["t", 1, {}, {}, {}], ["t", True, {}]]
)
def test_json_that_is_no_request(value: Any) -> None:
    with pytest.raises(RemoteProtocolError) as error:
        read_json(value)
    assert str(error.value) == "byte 0: expected [tag, time, record] or [tag, entries], with options or without"


def test_json_that_cannot_be_read() -> None:
    with pytest.raises(RemoteProtocolError) as error:
        requests.read_json(Frame(b"[}", 5))
    assert str(error.value).startswith("byte 5: a JSON text that cannot be read: ")
