import gzip

import pytest

from bridge.sandbox import limits
from bridge.sandbox.limits import BODY_BYTES, EVENT_BYTES, Accepted, Refused, Target

T = "11111111-2222-4333-8444-555555555555"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        (f"/bulk/{T}/", Target(single=False, token=T, tags=None, counted_bytes=1)),
        (f"/bulk/{T}/tag/a,b/", Target(single=False, token=T, tags="a,b", counted_bytes=9)),
        (f"/bulk/{T}/tag/a,b/bulk", Target(single=False, token=T, tags="a,b", counted_bytes=13)),
        (f"/bulk/{T}/tag//", Target(single=False, token=T, tags="", counted_bytes=6)),
        (f"/inputs/{T}/", Target(single=True, token=T, tags=None, counted_bytes=1)),
        (f"/inputs/{T}/tag/a/", Target(single=True, token=T, tags="a", counted_bytes=7)),
    ],
)
def test_paths_of_uploads(path: str, target: Target) -> None:
    assert target == limits.target(path)


@pytest.mark.parametrize(
    "path", ["/", f"/bulk/{T}", f"/bulk/{T}/tag/a", f"/inputs/{T}/tag/a/bulk", f"/bulk/{T}/?a=b", f"/bulk/{T}/tags/a/"]
)
def test_any_other_path_is_not_found_and_its_token_not_repeated(path: str) -> None:
    with pytest.raises(Refused) as refused:
        limits.target(path)
    assert refused.value.status == 404
    assert T not in refused.value.sentence


@pytest.mark.parametrize(
    ("path", "masked"),
    [
        (f"/bulk/{T}/tag/a/", "/bulk/***/tag/a/"),
        (f"/inputs/{T}", "/inputs/***"),
        (f"//bulk//{T}/x", "//bulk//***/x"),
        (f"/bulk/{T}?x", "/bulk/***?x"),
        ("/search", "/search"),
    ],
)
def test_tokens_are_masked(path: str, masked: str) -> None:
    assert masked == limits.masked(path)


def test_tags_of_path_and_header_are_united() -> None:
    assert limits.raw_tags("a,b", "b, c") == ("a", "b", "c")
    assert limits.raw_tags("a%2Cb", None) == ("a", "b")
    assert limits.raw_tags(None, None) == ()


@pytest.mark.parametrize("tag", ["", "-a", ".a", "a b", "ä", "a/b", "a" * 65])
def test_an_illegal_tag_is_refused(tag: str) -> None:
    with pytest.raises(Refused) as refused:
        limits.check_tags(("ok", tag))
    assert refused.value.status == 400
    wanted = "expected 1 to 64 letters, digits, - . or _, the first one a letter or a digit"
    assert f"tag {tag!r}: {wanted}" == refused.value.sentence


def test_more_than_ten_tags_are_undocumented() -> None:
    ten = tuple(f"t{number}" for number in range(10))
    assert ten == limits.check_tags(ten)
    with pytest.raises(Refused, match="11 tags: more than 10 are undocumented"):
        limits.check_tags((*ten, "x"))


def test_an_encoding_is_undocumented_and_gzip_an_option() -> None:
    limits.check_encoding(None, accept_gzip=False)
    limits.check_encoding("GZIP", accept_gzip=True)
    for encoding, accept_gzip in (("gzip", False), ("zstd", True), ("identity", False)):
        with pytest.raises(Refused) as refused:
            limits.check_encoding(encoding, accept_gzip=accept_gzip)
        cure = "undocumented - send the body as it is, or start with --accept-gzip"
        assert (400, f"Content-Encoding {encoding}: {cure}") == (refused.value.status, refused.value.sentence)


def test_gzip_is_undone_up_to_the_limit() -> None:
    assert limits.decompressed(gzip.compress(b"event")) == b"event"
    assert len(limits.decompressed(gzip.compress(bytes(20_000_000)))) == BODY_BYTES + 1
    with pytest.raises(Refused, match="Content-Encoding gzip: the body cannot be decompressed"):
        limits.decompressed(b"event")


def test_a_body_is_counted_to_the_byte() -> None:
    limits.check_body(BODY_BYTES)
    with pytest.raises(Refused) as refused:
        limits.check_body(BODY_BYTES + 1)
    assert (413, "a body of 5242001 bytes: above the limit of 5242000") == (
        refused.value.status,
        refused.value.sentence,
    )


def test_one_event_a_line_or_the_whole_body() -> None:
    assert limits.events(b"a\n\n \nb\n", single=False, oversize="reject") == Accepted([b"a", b"b"], 0)
    assert limits.events(b"a\nb", single=True, oversize="reject") == Accepted([b"a\nb"], 0)


def test_a_large_event_is_rejected_or_dropped() -> None:
    body = b"a\n" + b"x" * (EVENT_BYTES + 1) + b"\n" + b"y" * EVENT_BYTES
    assert limits.events(body, single=False, oversize="drop") == Accepted([b"a", b"y" * EVENT_BYTES], 1)
    with pytest.raises(Refused) as refused:
        limits.events(body, single=False, oversize="reject")
    assert (413, "an event of 1000001 bytes: above the limit of 1000000") == (
        refused.value.status,
        refused.value.sentence,
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "a body without an event: undocumented - send at least one"),
        (b"\n\n", "a body without an event: undocumented - send at least one"),
        (b"ab\xff", "byte 2 is not UTF-8: undocumented - send UTF-8"),
    ],
)
def test_what_is_undocumented_is_refused(body: bytes, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        limits.events(body, single=False, oversize="reject")
    assert (400, sentence) == (refused.value.status, refused.value.sentence)
