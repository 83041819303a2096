"""Lines go under the tag of their severity."""

from audit.detecting import AlertLine, Found
from bridge.severity import MOST_TAGS, by_severity

HIGH, LOW = Found(("a", "b"), "high"), Found(("c",), "low")


def groups(
    lines: list[bytes], tags: tuple[str, ...] = ("audit",)
) -> tuple[list[tuple[tuple[str, ...], list[bytes]]], list[Found]]:
    found: list[Found] = []
    return list(by_severity(lines, tags, ("high", "low"), lambda line: found.append(line.found))), found


def test_lines_that_are_told_for_nothing_stay_together() -> None:
    assert ([(("audit",), [b"1", b"2"])], []) == groups([b"1", b"2"])


def test_each_severity_has_its_tag() -> None:
    lines = [b"1", AlertLine.of(b"2", HIGH), b"3", AlertLine.of(b"4", LOW), AlertLine.of(b"5", HIGH)]
    tagged, found = groups(lines)
    assert [
        (("audit",), [b"1", b"3"]),
        (("audit", "severity-high"), [b"2", b"5"]),
        (("audit", "severity-low"), [b"4"]),
    ] == tagged
    assert [HIGH, LOW, HIGH] == found


def test_a_severity_without_a_tag_stays_with_the_others_and_is_counted() -> None:
    medium = Found(("d",), "medium")
    assert ([(("audit",), [b"1", b"2"])], [medium]) == groups([b"1", AlertLine.of(b"2", medium)])


def test_what_leaves_is_plain_bytes() -> None:
    [(_, [line])], _ = groups([AlertLine.of(b"1", LOW)])
    assert bytes is type(line)


def test_who_uses_all_tags_gets_none_more() -> None:
    tags = tuple(f"t{number}" for number in range(MOST_TAGS))
    tagged, found = groups([AlertLine.of(b"1", LOW)], tags)
    assert ([(tags, [b"1"])], [LOW]) == (tagged, found)
