"""What one bridge says of itself at one moment, from its admin port: `/status.json`, and Loggly's answers from `/metrics`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import requests
from prometheus_client.parser import text_string_to_metric_families
from urllib3.exceptions import HTTPError

from bridge.loggly import reason

TIMEOUT: Final = 5.0  # seconds
ANSWERS: Final = "audit_bridge_loggly_requests"
_GROUPS: Final = ("loggly", "backlog", "events", "connections", "recent")


@dataclass(frozen=True, slots=True)
class Scrape:
    """One look at a bridge. `at` is seconds on the caller's clock; `problem` says why there is no status."""

    address: str
    at: float
    status: Mapping[str, Any] | None = None
    answers: Mapping[str, float] = field(default_factory=dict)
    """How many requests Loggly answered with each status since the start, `error` where no answer came."""
    problem: str = ""


def fetch(session: requests.Session, address: str, clock: Callable[[], float]) -> Scrape:
    """Look at a bridge; raises nothing that the network or the other side can cause."""
    try:
        status = session.get(f"{address}/status.json", timeout=TIMEOUT, allow_redirects=False)
        metrics = session.get(f"{address}/metrics", timeout=TIMEOUT, allow_redirects=False)
    except (requests.RequestException, HTTPError) as error:
        return Scrape(address, clock(), problem=reason(error))
    for answer in (status, metrics):
        if answer.status_code != 200:
            return Scrape(address, clock(), problem=f"status {answer.status_code}: is it the admin port of a bridge?")
    return read(address, clock(), status.content, metrics.text)


def read(address: str, at: float, status: bytes, metrics: str) -> Scrape:
    """Read what a bridge answered; what something else answered is a problem."""
    try:
        found = orjson.loads(status)
        answers = _answers(metrics)
    except (orjson.JSONDecodeError, ValueError):
        found, answers = None, {}
    if not isinstance(found, dict) or not all(isinstance(found.get(group), dict) for group in _GROUPS):
        return Scrape(address, at, problem="not what a bridge of this version answers: is it its admin port?")
    return Scrape(address, at, found, answers)


def _answers(metrics: str) -> dict[str, float]:
    families = (family for family in text_string_to_metric_families(metrics) if family.name == ANSWERS)
    samples = (sample for family in families for sample in family.samples)
    return {sample.labels.get("code", ""): sample.value for sample in samples if sample.name == f"{ANSWERS}_total"}
