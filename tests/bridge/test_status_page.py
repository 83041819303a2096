"""The page says what the snapshot says, in units for people, and shows as text what strangers answered."""

import re

import pytest

from bridge.activity import Actor, Match, Recent
from bridge.answers import Refusal
from bridge.hold import Held
from bridge.status import Log, Store
from bridge.status_page import FILES, file, render, size, span
from tests.support.status import NOW, snapshot

HOSTILE = '<img src=x onerror="alert(1)">\'&amp;$cluster'


def text(page: bytes) -> str:
    """Return what a reader sees, in one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.decode()).split())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.25, "0.2 s"),
        (-3, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3_599, "59 min 59 s"),
        (3_600, "1 h"),
        (11_520, "3 h 12 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_a_duration_in_two_units(seconds: float, words: str) -> None:
    assert words == span(seconds)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (67_108_864, "67.1 MB"),
        (5e15, "5000.0 TB"),
    ],
)
def test_bytes_in_the_largest_unit(count: float, words: str) -> None:
    assert words == size(count)


def test_what_a_person_on_call_asks_first() -> None:
    page = text(
        render(
            snapshot(
                held=Held("Loggly answers status 403 (Forbidden)", NOW - 90),
                taken=NOW - 120,
                lag=0.4,
                refusals=(Refusal("403", "Forbidden", NOW - 90, NOW - 30, 3),),
                unacked_bytes=32_000_000,
                oldest=95,
                connections=4,
                dead_letters=Store(12, 4_500, 1_000_000_000, "the disk is full"),
            )
        )
    )
    for words in (
        "Held · prod-1 · audit-bridge",
        "prod-1 production",
        "Held: Loggly takes nothing, everything is kept",
        "Loggly answers status 403 (Forbidden), for 1 min 30 s Loggly does not accept",
        "Put a valid one into loggly.token_file",
        "Last taken 2 min ago",
        "Last refusal 30 s ago 403 Forbidden",
        "32.0 MB of 64.0 MB wait for Loggly",
        "Oldest that waits 1 min 35 s",
        "From event to Loggly 0.4 s",
        "Connections 4 of 1,000",
        "Dead letters 12 4.5 kB of 1.0 GB the disk is full",
        "403 Forbidden 3 30 s ago",
        "Spool off",
        "up 1 h 2 min",
    ):
        assert words in page


def test_a_bridge_without_anything_to_say() -> None:
    page = text(render(snapshot()))
    for words in ("Last taken never", "Last refusal none", "Held no", "Dead letters off", "Nothing was refused."):
        assert words in page


def test_a_failure_without_an_answer_is_told_in_its_words() -> None:
    page = text(render(snapshot(refusals=(Refusal("error", "connection refused", NOW, NOW),), unacked_bytes=1)))
    assert "the bridge tries again connection refused, 0 s ago Nothing is lost" in page


@pytest.mark.parametrize(("used", "width", "look"), [(16_000_000, 250, "meter"), (48_000_000, 750, "meter high")])
def test_a_meter_says_when_it_is_time_to_look(used: int, width: int, look: str) -> None:
    page = render(snapshot(unacked_bytes=used)).decode()
    assert f'<svg class="{look}" ' in page
    assert f'aria-valuenow="{used}"><rect width="{width}" ' in page


def test_a_meter_ends_at_its_bound() -> None:
    """The chunk that fills the room may be larger than what was left of it."""
    assert 'aria-valuenow="64000000"><rect width="1000" ' in render(snapshot(unacked_bytes=99_000_000)).decode()


def test_logs_that_the_bridge_reads_itself() -> None:
    files = (
        Log("/log/audit.log", 10, 2_000_000, 0),
        Log("/log/<b>.log", 0, 0, 2, "/log/<b>.log: expected a log to read, got none - run it as root"),
    )
    shown = text(render(snapshot(files=files)))
    assert "Log /log/audit.log 2.0 MB not delivered" in shown
    assert (
        "Log /log/&lt;b&gt;.log 0 B not delivered Parts that were gone before they were read: 2 "
        "/log/&lt;b&gt;.log: expected a log to read, got none - run it as root"
    ) in shown


def test_who_does_what_and_which_rules_were_told() -> None:
    recent = Recent(600, 1_200, 34, (Actor("alice", 1_000, 30), Actor("<b>", 200, 4)))
    shown = text(render(snapshot(recent=recent, matches=(Match("secret-read", "high", 2),))))
    assert "34 of 1,200 events of 10 min were denied Actor Events Denied alice 1,000 30 &lt;b&gt; 200 4" in shown
    assert "Rule Severity Times secret-read high 2" in shown
    nothing = text(render(snapshot()))
    assert "Nothing came in lately." in nothing
    assert "No rule was told." in nothing


def test_what_strangers_answer_is_text() -> None:
    page = render(
        snapshot(
            held=Held(HOSTILE, NOW),
            refusals=(Refusal("502", HOSTILE, NOW, NOW),),
            not_ready=HOSTILE,
            dead_letters=Store(1, 1, 1, HOSTILE),
        )
    ).decode()
    assert "<img src=x" not in page
    assert 5 == page.count("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#x27;&amp;amp;$cluster")


@pytest.mark.parametrize("path", FILES)
def test_nothing_is_loaded_from_elsewhere(path: str) -> None:
    content = file(path).decode().replace("http://www.w3.org/2000/svg", "")
    assert [] == re.findall(r"\w+://|url\(|@import", content)
