"""A block ends with the last line that has ended."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.blocks import Cut, raw


@pytest.mark.parametrize(
    ("block", "last", "cut"),
    [
        (b"", False, Cut([], 0)),
        (b"", True, Cut([], 0)),
        (b"par", False, Cut([], 0)),
        (b"par", True, Cut([b"par"], 3)),
        (b"a\nb\npar", False, Cut([b"a", b"b"], 4)),
        (b"a\n\nb\n", True, Cut([b"a", b"", b"b"], 5)),
        (b"\n", False, Cut([b""], 1)),
    ],
)
def test_cuts(block: bytes, *, last: bool, cut: Cut) -> None:
    assert cut == raw(block, last)


@given(st.lists(st.binary(max_size=5).map(lambda line: line.replace(b"\n", b""))), st.integers(1, 7))
def test_blocks_of_any_size_give_the_same_lines(lines: list[bytes], size: int) -> None:
    data = b"".join(line + b"\n" for line in lines)
    found: list[bytes] = []
    at, step = 0, size
    while at < len(data):
        some, used = raw(data[at : at + step], last=False)
        found += some
        at += used
        step = step if used else step * 2
    assert lines == found
