"""A secret shows itself to nobody who did not ask for it by name."""

import copy
import dataclasses
import json
import logging
import pickle
import traceback
from collections.abc import Callable

import pytest

from audit.settings import Settings
from bridge.config import Config
from bridge.loggly import Target
from bridge.secret import Secret

VALUE = "11111111-2222-4333-8444-555555555555"
SECRET = Secret(VALUE)


@dataclasses.dataclass(frozen=True)
class Holder:
    secret: Secret


def failing() -> str:
    """Return a traceback with the values of its variables, as error trackers write it."""
    secrets = {"token": SECRET}
    try:
        return str(secrets["key"])
    except KeyError as error:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


SHOWN: dict[str, Callable[[], str]] = {
    "repr": lambda: repr(SECRET),
    "str": lambda: str(SECRET),
    "format": lambda: format(SECRET),
    "f-string": lambda: f"{SECRET} {SECRET!r} {SECRET!s} {SECRET!a}",
    "percent": lambda: "%s %r" % (SECRET, SECRET),  # noqa: UP031 - logging formats so
    "list": lambda: str([SECRET, {"token": SECRET}]),
    "dataclass": lambda: repr(Holder(SECRET)),
    "config": lambda: repr(Config(Settings(), SECRET, None, None)),
    "target": lambda: repr(Target("https://logs-01.loggly.com", SECRET, 30.0)),
    "traceback": failing,
    "log record": lambda: logging.LogRecord("n", 20, "p", 1, "%s %r", (SECRET, SECRET), None).getMessage(),
    "json": lambda: json.dumps(SECRET, default=str),
}


@pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)
def test_nothing_shows_it(show: Callable[[], str]) -> None:
    assert VALUE not in show()


@pytest.mark.parametrize(
    "take",
    [
        pickle.dumps,
        lambda secret: pickle.dumps(secret, 0),
        copy.copy,
        copy.deepcopy,
        lambda secret: dataclasses.asdict(Holder(secret)),
    ],
)
def test_it_cannot_be_taken_along(take: Callable[[Secret], object]) -> None:
    with pytest.raises(TypeError, match=r"^a secret cannot be pickled or copied$"):
        take(SECRET)


def test_a_format_that_it_does_not_know_is_refused_without_showing_it() -> None:
    with pytest.raises(TypeError) as caught:
        format(SECRET, ">40")
    assert "unsupported format string passed to Secret.__format__" == str(caught.value)


def test_it_has_no_dictionary_to_look_into() -> None:
    assert not hasattr(SECRET, "__dict__")


def test_it_is_shown_to_who_asks_for_it() -> None:
    assert VALUE == SECRET.reveal()


def test_the_mask() -> None:
    assert "Secret(****)" == str(SECRET) == repr(SECRET)
