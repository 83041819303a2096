"""The checks that an upload passes, in the documented order. Pure: a request in, what it carries or a refusal out.

Limits and answers are Loggly's documented or observed ones; a request in a form that nobody documents is refused as well.
"""

import re
import zlib
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

# 5,242,880 bytes are refused by Loggly; the vendor's own client stops at 5,242,000.
BODY_BYTES = 5_242_000
# Documented as 1 MB; the vendor's clients stop at this.
EVENT_BYTES = 1_000_000
# No maximum is documented; this is as many as the project sends.
TAGS = 10

_UPLOAD = re.compile(
    r"/(?P<kind>bulk|inputs)/(?P<token>[^/?#]+)(?P<counted>/(?:tag/(?P<tags>[^/?#]*)/(?P<tail>bulk)?)?)"
)
_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_TOKEN_IN_PATH = re.compile(r"^(/+(?:bulk|inputs)/+)[^/?#]+")


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """A request that Loggly would refuse, or that is undocumented: the HTTP status, and a sentence saying why."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Target:
    """Where an upload goes: one event or one a line, by which token, with the tags of its path (not yet checked)."""

    single: bool
    token: str
    tags: str | None
    counted_bytes: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """The events of an upload that passed all checks, and how many were too large (only with `oversize="drop"`)."""

    lines: list[bytes]
    dropped: int


def target(path: str) -> Target:
    """Read the path of an upload; 404 if it is none."""
    match = _UPLOAD.fullmatch(path)
    if match is None or (match["tail"] and match["kind"] == "inputs"):
        raise Refused(
            404,
            f"no such path: {masked(path)} - known are /bulk/TOKEN/, /bulk/TOKEN/tag/TAGS/, the same with /inputs/, and /search",
        )
    # Loggly counts the body and what follows the token in the URI.
    return Target(match["kind"] == "inputs", match["token"], match["tags"], len(match["counted"]))


def masked(path: str) -> str:
    """Return the path without the token that it carries, be it valid or not."""
    return _TOKEN_IN_PATH.sub(r"\1***", path)


def raw_tags(in_path: str | None, in_header: str | None) -> tuple[str, ...]:
    """Return the union of the tags of path and header, first come first, unchecked."""
    sources = (None if in_path is None else unquote(in_path), in_header)
    given = (tag.strip() for source in sources if source is not None for tag in source.split(","))
    return tuple(dict.fromkeys(given))


def check_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tags, each of them legal, or refuse them with 400."""
    for tag in tags:
        if not _TAG.fullmatch(tag):
            raise Refused(
                400, f"tag {tag[:80]!r}: expected 1 to 64 letters, digits, - . or _, the first one a letter or a digit"
            )
    if len(tags) > TAGS:
        raise Refused(400, f"{len(tags)} tags: more than {TAGS} are undocumented")
    return tags


def check_encoding(encoding: str | None, *, accept_gzip: bool) -> None:
    """Refuse a Content-Encoding with 400: undocumented, hence an option, and gzip only."""
    if encoding is not None and not (accept_gzip and encoding.lower() == "gzip"):
        raise Refused(
            400, f"Content-Encoding {encoding[:40]}: undocumented - send the body as it is, or start with --accept-gzip"
        )


def decompressed(body: bytes) -> bytes:
    """Undo gzip. One byte above the limit is enough to refuse, so a small body cannot make a huge one."""
    try:
        return zlib.decompressobj(wbits=31).decompress(body, BODY_BYTES + 1)
    except zlib.error as error:
        raise Refused(400, f"Content-Encoding gzip: the body cannot be decompressed ({error})") from error


def check_body(size: int) -> None:
    """Refuse a body above the documented limit; `size` in bytes."""
    if size > BODY_BYTES:
        raise Refused(413, f"a body of {size} bytes: above the limit of {BODY_BYTES}")


def events(body: bytes, *, single: bool, oversize: Literal["reject", "drop"]) -> Accepted:
    """Split a body into its events: one a line, or the whole of it."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise Refused(400, f"byte {error.start} is not UTF-8: undocumented - send UTF-8") from error
    lines = [body] if single else body.split(b"\n")
    lines = [line for line in lines if line.strip()]
    if not lines:
        raise Refused(400, "a body without an event: undocumented - send at least one")
    fitting = [line for line in lines if len(line) <= EVENT_BYTES]
    if oversize == "reject" and len(fitting) < len(lines):
        largest = max(map(len, lines))
        raise Refused(413, f"an event of {largest} bytes: above the limit of {EVENT_BYTES}")
    return Accepted(fitting, len(lines) - len(fitting))
