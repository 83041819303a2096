"""The page by its text; what it does in a browser is seen in tests/peers/test_simulation_page.py."""

from html.parser import HTMLParser

from audit.event import from_line
from audit.outcome import outcome
from audit.policy_reading import read
from audit.presets import PRESETS, preset
from audit.simulate import Simulation
from generator.simulation_page import page
from tests.support.log import line


def rendered(*log: bytes, logs: tuple[str, ...] = ("audit.log",)) -> str:
    simulation = Simulation([read(preset(name), name).policy for name in PRESETS])
    for one in log:
        simulation.add(from_line(one), one)
    return page(outcome(simulation, 3), list(logs))


class Seen(HTMLParser):
    """Collects what a page asks for from elsewhere, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.asked += [f"{tag} {name}={value}" for name, value in attrs if name in ("src", "href", "srcset", "action")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_it_needs_nothing_from_elsewhere() -> None:
    text = rendered(line("alice", "get", "secrets"))
    assert ["link href=data:,"] == Seen(text).asked
    assert "url(" not in text
    assert "@import" not in text


def test_it_says_what_the_log_is() -> None:
    words = " ".join(" ".join(Seen(rendered(line("alice", "get", "secrets"))).words).split())
    assert (
        "1 events in 1.0 minutes, from 2026-11-24 12:00:00 to 2026-11-24 12:00:00 UTC; 3 lines are no audit events."
        in words
    )


def test_names_are_nothing_but_text() -> None:
    """Wherever a log has them: in an actor, in a path, in a file's name, also for the script."""
    bad = "</script><img src=x onerror=alert(1)>"
    text = rendered(line(bad, "get", f"/{bad}"), line(bad, "get", "secrets"), logs=(bad,))
    assert ["link href=data:,"] == Seen(text).asked
    assert 1 == text.count("</script>")


def test_an_empty_log() -> None:
    assert "0 events in 1.0 minutes" in rendered()
