"""The pages as a site, built and opened in a real browser: by keyboard alone, and no other host is asked."""

import functools
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.support.browser import chromium
from tests.support.processes import wait_for

pytestmark = pytest.mark.peer("mkdocs")

ROOT = Path(__file__).parent.parent.parent


class Files(SimpleHTTPRequestHandler):
    """Files of a folder, without a line for each on standard error."""

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


def built(project: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Build the pages of a folder with mkdocs.yml and docs/ as `make docs` does."""
    command: list[str | Path] = [Path(sys.executable).parent / "mkdocs", "build", "--site-dir", folder]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = built(ROOT, folder)
    assert 0 == done.returncode, done.stderr
    return folder


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=folder)) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile"), 1440, 1000) as running:
        yield running


def requested(browser: Chrome) -> set[str]:
    """Return the hosts that were asked since the last look."""
    messages = [json.loads(one["message"])["message"] for one in browser.get_log("performance")]  # type: ignore[no-untyped-call]
    urls = [one["params"]["request"]["url"] for one in messages if one["method"] == "Network.requestWillBeSent"]
    return {urlsplit(url).netloc for url in urls if url.startswith("http")}


@pytest.mark.peer("chromium")
def test_a_search_by_keyboard_leads_to_a_page_and_no_other_host_is_asked(site: str, browser: Chrome) -> None:
    browser.get("about:blank")
    requested(browser)
    browser.get(f"{site}/index.html")
    for _ in range(25):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        if focused := "md-search__input" in (browser.switch_to.active_element.get_attribute("class") or "").split():
            break
    assert focused
    ActionChains(browser).send_keys("dead letters").perform()
    found = wait_for(lambda: browser.find_elements(By.CSS_SELECTOR, ".md-search-result__link"))
    assert any("dead" in (one.get_attribute("textContent") or "").lower() for one in found)
    ActionChains(browser).send_keys(Keys.ARROW_DOWN, Keys.ENTER).perform()
    wait_for(lambda: "index.html" not in browser.current_url)
    assert {urlsplit(site).netloc} == requested(browser)


def test_no_page_names_a_script_a_style_or_a_picture_of_another_host(folder: Path) -> None:
    for page in folder.glob("*.html"):
        text = page.read_text("utf-8")
        assert 'src="http' not in text, page.name
        assert 'rel="stylesheet" href="http' not in text, page.name


def test_an_anchor_that_is_not_there_ends_the_build(tmp_path: Path) -> None:
    settings = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[0]
    (tmp_path / "mkdocs.yml").write_text(settings, "utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# One\n\n[two](#two)\n", "utf-8")
    done = built(tmp_path, tmp_path / "site")
    assert 1 == done.returncode
    assert "there is no such anchor on this page" in done.stderr
