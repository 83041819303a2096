import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import RemoteProtocolError
from bridge.framing import Frame, Framer, JsonFramer

LIMIT = 1_000


def cut(framer: Framer | JsonFramer, pieces: list[bytes]) -> tuple[list[Frame], str]:
    """Feed the pieces; return the frames and the error's sentence, empty where there was none."""
    frames: list[Frame] = []
    try:
        for piece in pieces:
            framer.feed(piece)
            while frame := framer.next():
                frames.append(frame)
    except RemoteProtocolError as error:
        return frames, str(error)
    return frames, ""


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    ends = sorted({end % (len(data) + 1) for end in cuts} | {len(data)})
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
REQUESTS = st.lists(VALUES, min_size=0, max_size=6).map(msgpack.packb) | st.just(b"\xc0")
NOISE = st.binary(max_size=30)


@given(st.lists(REQUESTS, max_size=5), NOISE, st.lists(st.integers(0, 10_000), max_size=8))
def test_cuts_change_nothing(requests: list[bytes], noise: bytes, cuts: list[int]) -> None:
    """Whatever bytes come, whole, byte by byte or cut anywhere: the same frames and the same error."""
    data = b"".join(requests) + noise
    whole = cut(Framer(60), [data])
    assert whole == cut(Framer(60), [bytes([byte]) for byte in data])
    assert whole == cut(Framer(60), pieces_of(data, cuts))


@given(st.lists(REQUESTS, max_size=5))
def test_every_request_is_a_frame(requests: list[bytes]) -> None:
    frames, error = cut(Framer(2**20), [b"".join(requests)])
    assert (requests, "") == ([frame.data for frame in frames], error)


@given(st.lists(VALUES, min_size=1, max_size=6))
def test_elements_are_found(values: list[object]) -> None:
    """Each element's bytes are its own encoding."""
    ((frame,), _) = cut(Framer(2**20), [msgpack.packb(values)])
    assert [msgpack.packb(value) for value in values] == [
        frame.data[start:end] for start, end in zip(frame.starts, frame.starts[1:], strict=False)
    ]


@given(
    st.lists(st.sampled_from([b'["a",1,{}]', b' {"x":"\\"]"} ', b"[[]]", b"\n", b'["\\\\"]']), max_size=5),
    NOISE,
    st.lists(st.integers(0, 99)),
)
def test_cuts_change_nothing_in_json(texts: list[bytes], noise: bytes, cuts: list[int]) -> None:
    data = b"".join(texts) + noise
    whole = cut(JsonFramer(60), [data])
    assert whole == cut(JsonFramer(60), [bytes([byte]) for byte in data])
    assert whole == cut(JsonFramer(60), pieces_of(data, cuts))


def test_where_requests_begin() -> None:
    frames, _ = cut(Framer(LIMIT), [b"\xc0" + b"\x92\xa1a\x90" + b"\xc0"])
    assert [0, 1, 5] == [frame.at for frame in frames]


def test_lengths_in_their_longest_forms() -> None:
    """Real agents write small values in large forms: str32, map32, array32."""
    request = b"\xdd\0\0\0\x03" + b"\xdb\0\0\0\x01a" + b"\xc6\0\0\0\x02xy" + b"\xdf\0\0\0\0"
    ((frame,), error) = cut(Framer(LIMIT), [request])
    assert ("", (5, 11, 18, 23)) == (error, frame.starts)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            b"GET / HTTP/1.1",
            "byte 0: expected a Forward request, an array or nil, got 'G', as an HTTP client sends: this port speaks Fluentd's Forward protocol",
        ),
        (
            b"\x16\x03\x01",
            "byte 0: expected a Forward request, an array or nil, got 0x16, as a TLS client sends: this port speaks plain TCP",
        ),
        (
            b'["a"]',
            "byte 0: expected a Forward request, an array or nil, got '[', as a client that sends JSON: with a shared key only MessagePack is spoken",
        ),
        (b"\xc0\xc3", "byte 1: expected a Forward request, an array or nil, got 0xc3"),
        (b"\xdd\x00\xff\xff\xff", "byte 0: expected an array of 2 to 4 elements, got 16,777,215"),
        (b"\x93\xa1a\x91\x92\x01\xc1", "byte 6: 0xc1, a byte that MessagePack never uses"),
        (b"\x92\xa1a" + b"\x91" * 1_100, "byte 3: values nested deeper than 1,024 levels"),
        (b"\x92\xa1a\xdb\x00\x01\x00\x00", "byte 0: a request of more than 2,000 bytes; send smaller chunks"),
        (b"\x92\xa1a\xdc\xff\xff" + b"\x01" * 2_000, "byte 0: a request of more than 2,000 bytes; send smaller chunks"),
    ],
)
def test_what_cannot_be_a_request(data: bytes, sentence: str) -> None:
    assert ([], sentence) == (cut(Framer(2_000), [data])[0][1:], cut(Framer(2_000), [data])[1])


def test_the_unused_byte_inside_text_is_no_error() -> None:
    """What looks like 0xc1 inside a value before the bad byte does not hide where that is."""
    data = b"\x92\xa1a\x94" + b"\xa1\xc1" + b"\xc4\x02\xc1\xc1" + b"\xc7\x01\x05\xc1" + b"\xc1"
    assert ([], "byte 14: 0xc1, a byte that MessagePack never uses") == cut(Framer(LIMIT), [data])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"[] x", "byte 3: expected a JSON array, got 0x78"),
        (b'["' + b"a" * 2_000, "byte 0: a request of more than 1,000 bytes; send smaller chunks"),
    ],
)
def test_what_cannot_be_a_json_request(data: bytes, sentence: str) -> None:
    assert sentence == cut(JsonFramer(LIMIT), [data])[1]


def test_pending_counts_what_has_begun() -> None:
    framer = Framer(LIMIT)
    framer.feed(b"\xc0\x92\xa1a")
    assert framer.next() == Frame(b"\xc0", 0, (1,))
    assert (3, 1) == (framer.pending, framer.at)
