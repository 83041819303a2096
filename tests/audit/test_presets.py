"""The presets: complete, readable by every release that they claim, each for its purpose."""

from pathlib import Path

import pytest
import yaml

from audit import presets
from audit.presets import PRESETS, preset

FILES = Path(presets.__file__).parent / "presets"


def test_every_file_has_a_name() -> None:
    assert sorted(PRESETS) == sorted(path.stem for path in FILES.glob("*.yaml"))


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        preset("other")


@pytest.mark.parametrize("name", PRESETS)
def test_the_newest_text_is_the_file(name: str) -> None:
    assert preset(name) == preset(name, "1.37") == (FILES / f"{name}.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("version", "api", "managed"),
    [
        ("1.9", "v1beta1", None),
        ("1.11", "v1beta1", None),
        ("1.12", "v1", None),
        ("1.22", "v1", None),
        ("1.23", "v1", True),
    ],
)
def test_an_older_release_gets_what_it_knows(version: str, api: str, managed: bool | None) -> None:
    found, newest = (yaml.safe_load(text) for text in (preset("recommended", version), preset("recommended")))
    assert (f"audit.k8s.io/{api}", managed) == (found["apiVersion"], found.get("omitManagedFields"))
    assert newest["rules"] == found["rules"]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_keeps_failed_logins(name: str) -> None:
    """A 401 has no user and no stage but ResponseStarted; a preset's last rule matches whatever the others did not."""
    policy = yaml.safe_load(preset(name))
    assert ["RequestReceived"] == policy["omitStages"]
    assert {"level": "Metadata"} == policy["rules"][-1]


@pytest.mark.parametrize("name", PRESETS)
def test_every_rule_that_drops_names_whom(name: str) -> None:
    dropping = [rule for rule in yaml.safe_load(preset(name))["rules"] if rule["level"] == "None"]
    assert [] == [rule for rule in dropping if not (rule.get("users") or rule.get("userGroups"))]


@pytest.mark.parametrize("name", PRESETS)
def test_every_rule_has_its_reason_above_it(name: str) -> None:
    lines = preset(name).splitlines()
    starts = [index for index, line in enumerate(lines) if line.startswith("  - level:")]
    assert [] == [lines[index] for index in starts if not lines[index - 1].startswith("  #")]
