"""Parts of a container's line are joined, by stream, wherever a block ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import cri
from bridge.blocks import Cut

TIME = b"2026-01-31T12:34:56.123456789Z"


def written(stream: str, tag: str, content: bytes) -> bytes:
    return b" ".join((TIME, stream.encode(), tag.encode(), content)) + b"\n"


WHOLE = written("stdout", "F", b'{"a": 1}')
PARTS = [written("stdout", "P", b"one "), written("stdout", "P", b"two "), written("stdout", "F", b"three")]


def test_a_whole_line_is_what_the_container_wrote() -> None:
    assert Cut([b'{"a": 1}'], len(WHOLE)) == cri.lines(WHOLE, last=False)


def test_parts_are_joined() -> None:
    assert [b"one two three", b'{"a": 1}'] == cri.lines(b"".join(PARTS) + WHOLE, last=False).lines


def test_a_block_ends_before_a_line_that_has_not_ended() -> None:
    assert Cut([b'{"a": 1}'], len(WHOLE)) == cri.lines(WHOLE + PARTS[0] + PARTS[1] + b"2026", last=False)


def test_at_the_end_of_a_file_everything_ends() -> None:
    assert [b"one two "] == cri.lines(PARTS[0] + PARTS[1], last=True).lines
    assert [b"one three"] == cri.lines(PARTS[0] + PARTS[2].rstrip(b"\n"), last=True).lines


def test_streams_take_turns() -> None:
    mixed = PARTS[0] + written("stderr", "F", b"I0131 of the server") + PARTS[2]
    assert {b"one three", b"I0131 of the server"} == set(cri.lines(mixed, last=False).lines)


@pytest.mark.parametrize("line", [b"", b"not of this form", b"a b c"])
def test_another_form_is_given_as_it_is(line: bytes) -> None:
    assert [line] == cri.lines(line + b"\n", last=False).lines


def test_a_tag_may_say_more() -> None:
    assert [b"ab"] == cri.lines(written("stdout", "P:x", b"a") + written("stdout", "F:y", b"b"), last=False).lines


CONTENT = st.lists(
    st.tuples(st.sampled_from(["stdout", "stderr"]), st.sampled_from("PF"), st.binary(max_size=4)), max_size=12
)


@given(CONTENT, st.integers(1, 200))
def test_blocks_of_any_size_give_the_same_lines(content: list[tuple[str, str, bytes]], size: int) -> None:
    """No line is lost, torn or given twice; the order is that of their first parts within a block."""
    data = b"".join(written(stream, tag, text.replace(b"\n", b"")) for stream, tag, text in content)
    found: list[bytes] = []
    at, step = 0, size
    while at < len(data):
        last = at + step >= len(data)
        some, used = cri.lines(data[at : at + step], last)
        found += some
        at += used
        step = size if used else step * 2
    assert sorted(cri.lines(data, last=True).lines) == sorted(found)
