"""The status page in a real browser, while Loggly refuses the token and after it takes it again."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from bridge.client import Client, raw_chunk
from tests.support.browser import chromium
from tests.support.processes import Bridge, Sandbox, wait_for

pytestmark = pytest.mark.peer("chromium")

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile"), 1200, 860) as running:
        yield running


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def bridge(sandbox: Sandbox, tmp_path: Path) -> Iterator[Bridge]:
    config = tmp_path / "bridge.yaml"
    config.write_text(
        f"cluster: prod-eu-1\nenvironment: production\n"
        f"retry: {{initial: 10ms, maximum: 20ms, probe: 100ms}}\n"
        f"dead_letter: {{path: {tmp_path / 'dead-letters'}, max_bytes: 1GB}}\n"
        f"spool: {{path: {tmp_path / 'spool'}, max_bytes: 2GB}}\n"
    )
    with Bridge(config, sandbox.url) as running:
        yield running


def complaints(browser: Chrome) -> list[str]:
    """Return what the browser said about pages since the last call."""
    return [str(entry["message"]) for entry in browser.get_log("browser")]  # type: ignore[no-untyped-call]


def shown(browser: Chrome, selector: str = "main") -> str:
    return str(browser.execute_script("return document.querySelector(arguments[0]).innerText", selector))


def wait_until_shown(browser: Chrome, words: str) -> None:
    wait_for(lambda: words in shown(browser), naming=f"{words!r} on the page")


def deliver(bridge: Bridge, ident: str, *lines: bytes) -> None:
    with Client("127.0.0.1", bridge.port) as client:
        chunk = raw_chunk("kube.audit.control-plane-1", list(lines), ident)
        client.send(chunk)
        client.acked(chunk)


def test_a_hold_comes_and_goes_before_the_eyes_of_whoever_is_on_call(
    browser: Chrome, sandbox: Sandbox, bridge: Bridge, tmp_path: Path
) -> None:
    browser.get(f"http://127.0.0.1:{bridge.admin_port}/")
    assert "Nothing has been sent to Loggly yet" == shown(browser, "h2")
    deliver(bridge, "first", *(b'{"n":%d,"pad":"%s"}' % (n, b"x" * 200) for n in range(5_000)))
    sandbox.script(
        {"match": {}, "times": 3, "action": "respond", "status": 503, "body": "Service Unavailable"},
        {"match": {}, "times": 1, "action": "respond", "status": 429, "body": "Too Many Requests"},
        {"match": {}, "for_s": 600, "action": "respond", "status": 403, "body": "Forbidden"},
    )
    with Client("127.0.0.1", bridge.port) as client:
        waiting = raw_chunk("kube.audit.control-plane-1", [b'{"pad":"%s"}' % (b"x" * 900)] * 20_000, "second")
        client.send(waiting)
        wait_until_shown(browser, "Held: Loggly takes nothing, everything is kept")
        wait_until_shown(browser, "Loggly answers status 403")
        assert "Held · prod-eu-1 · audit-bridge" == browser.title
        assert "503 Service Unavailable" in shown(browser)
        browser.refresh()
        browser.save_screenshot(str(picture(tmp_path)))
        sandbox.script()
        client.acked(waiting)
    wait_until_shown(browser, "Loggly accepts")
    wait_until_shown(browser, "25,000")
    assert "Loggly accepts · prod-eu-1 · audit-bridge" == browser.title


def picture(folder: Path) -> Path:
    """Return where the screenshot goes: into the documentation only when that is asked for."""
    if os.environ.get("AUDIT_TEST_SCREENSHOTS") == "1":
        return ROOT / "docs" / "images" / "status.png"
    return folder / "status.png"


def test_it_loads_nothing_from_elsewhere_and_breaks_no_rule(browser: Chrome, bridge: Bridge) -> None:
    browser.get(f"http://127.0.0.1:{bridge.admin_port}/")
    complaints(browser)  # those about other pages
    browser.refresh()
    asked = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert {f"/status.{kind}" for kind in ("css", "js", "svg")} == {urlsplit(url).path for url in asked}
    assert {f"127.0.0.1:{bridge.admin_port}"} == {urlsplit(url).netloc for url in asked}
    assert [] == complaints(browser)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_it_fits_a_phone_by_day_and_by_night(browser: Chrome, bridge: Bridge, scheme: str, width: int) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(f"http://127.0.0.1:{bridge.admin_port}/")
    assert width >= browser.execute_script("return document.documentElement.scrollWidth")
    ground = browser.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    assert {"light": "rgba(244, 246, 247, 1)", "dark": "rgba(13, 20, 24, 1)"}[scheme] == ground
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_a_bridge_that_is_gone_is_told_from_one_that_is_well(browser: Chrome, bridge: Bridge) -> None:
    browser.get(f"http://127.0.0.1:{bridge.admin_port}/")
    bridge.stop()
    said = 'return getComputedStyle(document.querySelector(".state"), "::after").content'
    wait_for(lambda: "does not answer" in str(browser.execute_script(said)), naming="the warning")
