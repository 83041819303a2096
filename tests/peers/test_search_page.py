"""The sandbox's search page in a real browser, used with the keyboard alone."""

import gzip
import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.support.browser import chromium
from tests.support.processes import TOKEN, Sandbox, wait_for

pytestmark = pytest.mark.peer("chromium")

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "bridge" / "sample" / "kube-apiserver-1.20.log.gz"
VERDICTS = {401: "denied_authn", 403: "denied_authz", 404: "not_found", 409: "conflict"}
HOSTILE = '<img src="https://elsewhere.example/x.png" onerror="document.title=1"><script>document.title=2</script>'


def enriched(line: bytes) -> bytes:
    """Add to a raw audit event as much of what the bridge adds as the page shows."""
    event: dict[str, Any] = json.loads(line)
    code = event.get("responseStatus", {}).get("code")
    reference = event.get("objectRef", {})
    event["timestamp"] = event["stageTimestamp"]
    event["audit"] = {
        "cluster": "demo",
        "actor": event.get("user", {}).get("username", "system:anonymous"),
        "action": event["verb"],
        "target": "/".join(reference[key] for key in ("apiGroup", "resource", "namespace", "name") if key in reference),
        "verdict": "pending" if code is None else VERDICTS.get(code, "allowed" if code < 400 else "invalid"),
        "sourceIP": event.get("sourceIPs", ["127.0.0.1"])[-1],
    }
    return json.dumps(event, separators=(",", ":")).encode()


def upload(sandbox: Sandbox, *lines: bytes) -> None:
    url = f"{sandbox.url}/bulk/{TOKEN}/tag/kubernetes,demo/"
    for start in range(0, len(lines), 1000):  # well below Loggly's limit for one body
        urllib.request.urlopen(url, b"\n".join(lines[start : start + 1000]), timeout=20).close()


class Page:
    """The page, as somebody at the keyboard sees it."""

    def __init__(self, browser: Chrome, url: str) -> None:
        self.browser = browser
        self.url = url
        browser.get("about:blank")
        self._requests()  # those of what was shown before, which are not ours

    def open(self, **search: str) -> None:
        self.browser.get(f"{self.url}/search#{urlencode(search)}")

    def press(self, *keys: str) -> None:
        ActionChains(self.browser).send_keys(*keys).perform()

    def find(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return " ".join(
            str(self.browser.execute_script("return arguments[0].textContent", one)) for one in self.find(selector)
        )

    def wait(self, selector: str, text: str) -> None:
        wait_for(
            lambda: text in self.text(selector), naming=f"{text!r} in {selector}, which says {self.text(selector)!r}"
        )

    @property
    def focused(self) -> WebElement:
        return self.browser.switch_to.active_element

    def requested_hosts(self) -> set[str]:
        """Return the hosts that were asked for anything since this page was made."""
        return {urlsplit(url).netloc for url in self._requests()}

    def _requests(self) -> list[str]:
        entries = self.browser.get_log("performance")  # type: ignore[no-untyped-call]
        messages = [json.loads(entry["message"])["message"] for entry in entries]
        sent = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
        return [params["request"]["url"] for params in sent]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running, gzip.open(SAMPLE) as log:
        upload(running, *map(enriched, log.read().splitlines()))
        yield running


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile"), 1440, 1100) as running:
        yield running


@pytest.fixture
def page(browser: Chrome, sandbox: Sandbox) -> Iterator[Page]:
    shown = Page(browser, sandbox.url)
    yield shown
    assert shown.requested_hosts() == {urlsplit(sandbox.url).netloc}, "the page asked another host"


def test_a_denied_request_is_found_and_unfolded_by_keyboard(page: Page, tmp_path: Path) -> None:
    page.open()
    page.wait("#found", "5,000 events")
    page.press("/")
    page.press("json.audit.verdict:denied_authz", Keys.ENTER)
    page.wait("#found", "9 events")
    assert {"denied_authz"} == {row.text for row in page.find("td.c-verdict")}
    page.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert "system:anonymous" in page.focused.text
    page.press(Keys.ENTER)
    assert page.focused.get_attribute("aria-expanded") == "true"
    for shown in ("denied_authz", "system:anonymous", "auditID", "/api/v1/secrets", "kubernetes"):
        assert shown in page.text("tr.detail")
    page.browser.save_screenshot(str(picture(tmp_path)))
    page.press(Keys.ESCAPE)
    assert (page.focused.get_attribute("aria-expanded"), page.find("tr.detail")) == ("false", [])
    page.press(Keys.ESCAPE)
    assert page.focused.get_attribute("id") == "terms"


def picture(folder: Path) -> Path:
    """Return where the screenshot goes: into the documentation only when that is asked for."""
    if os.environ.get("AUDIT_TEST_SCREENSHOTS") == "1":
        return ROOT / "docs" / "images" / "search.png"
    return folder / "search.png"


def test_a_deep_link_shows_its_search(page: Page) -> None:
    page.open(terms="json.audit.verdict:conflict", **{"from": "-10y", "until": "now", "source_group": ""})
    page.wait("#found", "5 events")
    assert page.find("#terms")[0].get_attribute("value") == "json.audit.verdict:conflict"


def test_an_unconfirmed_form_is_refused_under_the_box(page: Page) -> None:
    page.open(terms="tag:demo AND NOT x")
    page.wait("#error", 'query, character 14: NOT is unconfirmed - exclude a phrase with -"phrase"')
    assert page.text("#error mark") == "NOT"
    assert page.find("#terms")[0].get_attribute("aria-invalid") == "true"


def test_a_facet_narrows_the_search_and_widens_it_again(page: Page) -> None:
    page.open(terms="json.verb:list")
    page.wait("#found", "403 events")
    selector = '#facets button[data-term="json.audit.verdict:denied_authz"]'
    wait_for(lambda: page.find(selector))[0].send_keys(Keys.ENTER)
    page.wait("#found", "5 events")
    assert page.focused.get_attribute("aria-pressed") == "true"
    page.press(Keys.ENTER)
    page.wait("#found", "403 events")


def test_the_histogram_zooms_by_keyboard_and_back_leaves(page: Page) -> None:
    page.open(terms="json.audit.verdict:denied_authz")
    page.wait("#found", "9 events")
    page.browser.execute_script("document.querySelector('#chart g').focus()")
    page.press(Keys.ENTER)
    page.wait("#found", "7 events")
    page.browser.back()
    page.wait("#found", "9 events")


def test_a_value_in_an_event_adds_its_term(page: Page) -> None:
    page.open(terms="json.audit.verdict:denied_authn")
    page.wait("#found", "1 event")
    page.press("/", Keys.ARROW_DOWN, Keys.ENTER)
    wait_for(lambda: [one for one in page.find("tr.detail button.value") if one.text == "ResponseStarted"])[
        0
    ].send_keys(Keys.ENTER)
    wait_for(
        lambda: (
            page.find("#terms")[0].get_attribute("value")
            == "json.audit.verdict:denied_authn AND json.stage:ResponseStarted"
        )
    )


def test_what_strangers_write_is_shown_as_text(browser: Chrome) -> None:
    line = json.dumps({"verb": "get", "user": {"username": HOSTILE}, "audit": {"actor": HOSTILE, "cluster": "hostile"}})
    with Sandbox() as other:
        upload(other, line.encode(), HOSTILE.encode(), json.dumps({HOSTILE: {HOSTILE: [HOSTILE]}}).encode())
        shown = Page(browser, other.url)
        shown.open()
        shown.wait("#found", "3 events")
        for row in shown.find("tr.event"):
            row.send_keys(Keys.ENTER)
        shown.wait("td.c-actor", HOSTILE)
        shown.wait("td.c-text", HOSTILE)
        shown.wait("tr.detail .key", HOSTILE)
        assert shown.find("main img, main script, main iframe") == []
        assert browser.title == "* · Loggly sandbox"
        assert shown.requested_hosts() == {urlsplit(other.url).netloc}


def test_new_events_appear_by_themselves_and_do_not_disturb_a_reader(browser: Chrome) -> None:
    with Sandbox() as other:
        page = Page(browser, other.url)
        page.open()
        page.wait("#empty", "Nothing has been uploaded yet.")
        upload(other, b'{"verb":"get"}')
        page.wait("#held", "1 event held")
        page.wait("#found", "1 event")
        page.press("/", Keys.ARROW_DOWN, Keys.ENTER)
        upload(other, b'{"verb":"list"}')
        page.wait("#newer", "1 event arrived since: search again")
        assert len(page.find("tr.event")) == 1
        page.find("#newer")[0].send_keys(Keys.ENTER)
        page.wait("#found", "2 events")
        assert page.requested_hosts() == {urlsplit(other.url).netloc}
