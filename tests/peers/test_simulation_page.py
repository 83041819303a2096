"""The simulation's page in a real browser: by keyboard alone, and without asking anybody for anything."""

import json
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from audit.event import from_line
from audit.outcome import outcome
from audit.policy_reading import read
from audit.presets import PRESETS, preset
from audit.simulate import Simulation
from generator.simulation_page import page
from tests.support.browser import chromium
from tests.support.log import line

pytestmark = pytest.mark.peer("chromium")

LOG = [
    *[line("system:kube-scheduler", "update", "leases.coordination.k8s.io", at=number) for number in range(20)],
    line("alice", "get", "secrets", at=20),
]


def opened(browser: Chrome, folder: Path) -> None:
    simulation = Simulation([read(preset(name), name).policy for name in PRESETS])
    for one in LOG:
        simulation.add(from_line(one), one)
    (folder / "page.html").write_text(page(outcome(simulation), ["audit.log"]), "utf-8")
    browser.get((folder / "page.html").as_uri())


def press(browser: Chrome, *keys: str) -> None:
    for key in keys:
        browser.switch_to.active_element.send_keys(key)


def reading(browser: Chrome) -> str:
    return browser.find_element(By.ID, "reading").text


def asked(browser: Chrome) -> set[str]:
    """Return the addresses that the browser asked for anything."""
    messages = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))  # type: ignore[no-untyped-call]
    return {one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"}


def test_by_keyboard(tmp_path: Path) -> None:
    """The chart's values are read with the arrow keys, the measure is switched, tables unfold."""
    with chromium(tmp_path / "profile", 1100, 900) as browser:
        opened(browser, tmp_path)
        press(browser, Keys.TAB, Keys.ARROW_RIGHT)  # the measure
        assert ["bytes"] == [
            chart.get_attribute("id") for chart in browser.find_elements(By.CLASS_NAME, "chart") if chart.is_displayed()
        ]
        press(browser, Keys.ARROW_LEFT, Keys.TAB, Keys.END)  # the chart, its last span
        assert "12:00:20: log 60, recommended 60, metadata 60, cis 60, gce 60 events/min" == reading(browser)
        press(browser, Keys.ARROW_LEFT)
        assert "12:00:19: log 60, recommended 0, metadata 60, cis 0, gce 60 events/min" == reading(browser)
        folded = browser.find_element(By.XPATH, "//details[.//h2='By actor']")
        browser.execute_script("arguments[0].querySelector('summary').focus()", folded)
        press(browser, Keys.ENTER)
        assert "system:kube-scheduler" in folded.text
        assert [] == browser.get_log("browser")  # type: ignore[no-untyped-call]
        assert {(tmp_path / "page.html").as_uri()} == {
            url for url in asked(browser) if not url.startswith(("data:", "chrome:"))
        }


def test_it_fits_a_telephone(tmp_path: Path) -> None:
    with chromium(tmp_path / "profile", 500, 900) as browser:
        opened(browser, tmp_path)
        assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
