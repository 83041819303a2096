"""An alert as data."""

from dataclasses import FrozenInstanceError

import pytest

from generator.shipped_alerts import read


def test_an_alert_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        read("a")[0].title = "other"  # type: ignore[misc]
