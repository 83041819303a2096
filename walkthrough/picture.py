"""The picture of the tutorial: the search page with what the alerts of the post have found."""

import tempfile
from pathlib import Path
from urllib.parse import urlencode

from selenium.webdriver.common.by import By

from tests.support.browser import chromium
from tests.support.processes import wait_for

RULES = ("access-denied", "failed-login", "secret-viewed", "secret-edited", "exec", "ci-change", "ci-impersonated")


def take(url: str, to: Path) -> None:
    """Show every alert of the post in the sandbox's page, in a browser without a window, and keep that as a PNG file."""
    terms = " OR ".join(f"json.audit.rules:{rule}" for rule in RULES)
    with tempfile.TemporaryDirectory(prefix="walkthrough-") as profile, chromium(Path(profile), 1440, 1000) as browser:
        browser.get(f"{url}/search#{urlencode({'terms': terms, 'from': '-20m', 'until': 'now'})}")
        wait_for(lambda: "event" in browser.find_element(By.ID, "found").text, naming="what was found")
        browser.save_screenshot(str(to))
