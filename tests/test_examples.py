"""The examples of the pages work: values render and pass `validate`, configuration is the bridge's, and `validate` prints its page."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from click.testing import CliRunner

from audit.document import DocumentError, check, read
from audit.settings import Settings
from generator.checks import CHECKS, run
from generator.load import load
from generator.render import render
from generator.validate_command import validate
from generator.values import Values

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
VALIDATE = ROOT / "docs" / "validate.md"
BLOCK = re.compile(r"^( *)```yaml\n(.*?)^ *```", re.MULTILINE | re.DOTALL)

FOREIGN = ({"apiVersion", "kind"}, {"title", "logsource"}, {"title", "correlation"}, {"route"})
"""Keys by which an example is known as something that is no configuration of ours: an object, a rule, Alertmanager's."""

REST = {
    "images": ("bridge.image=example.com/bridge@sha256:" + "0" * 64,),
}
"""What an example leaves to the reader, by its first key."""


class Example(NamedTuple):
    place: str
    text: str

    @property
    def data(self) -> Any:
        return yaml.safe_load(self.text)


def examples() -> Iterator[Example]:
    for page in PAGES:
        text = page.read_text("utf-8")
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            body = re.sub(f"^{match[1]}", "", match[2], flags=re.MULTILINE).replace("sha256:...", "sha256:" + "0" * 64)
            yield Example(f"{page.name}:{line}", body)


def ours() -> list[Example]:
    return [one for one in examples() if one.data and not any(keys <= set(one.data) for keys in FOREIGN)]


@pytest.mark.parametrize("example", [pytest.param(one, id=one.place) for one in ours()])
def test_an_example_works(example: Example, tmp_path: Path) -> None:
    """As values, or as the bridge's configuration: some keys are in both."""
    refused = [found for found in (as_values(example, tmp_path), as_settings(example)) if found]
    assert len(refused) < 2, "\n".join(refused)


def as_values(example: Example, folder: Path) -> str:
    """Return why an example is no values file that can be rendered and applied; an empty text where it is."""
    if not set(example.data) <= {field.alias or name for name, field in Values.model_fields.items()}:
        return "no values: other keys"
    file = folder / "values.yaml"
    file.write_text(example.text)
    try:
        inputs = load([file], REST.get(next(iter(example.data)), ()))
    except DocumentError as error:
        return f"no values: {error}"
    report = run(inputs, render(inputs), ("dry-run",))
    return "\n".join(str(one) for one in report.findings if one.severity == "error")


def as_settings(example: Example) -> str:
    """Return why an example is no configuration of the bridge's; an empty text where it is."""
    try:
        check(read(example.text, example.place), Settings)
    except DocumentError as error:
        return f"no configuration: {error}"
    return ""


def test_the_page_of_validate_says_what_each_check_is() -> None:
    assert list(CHECKS) == re.findall(r"^### `([\w-]+)`", VALIDATE.read_text("utf-8"), re.MULTILINE)


def test_the_page_of_validate_shows_what_it_prints() -> None:
    """But for the count of objects, which grows with the manifests."""
    command, _, shown = VALIDATE.read_text("utf-8").partition("$ audit-generator validate ")[2].partition("\n")
    file, *options = command.split()
    output = CliRunner().invoke(validate, [str(ROOT / file), *options, "--without", "dry-run"]).output
    printed, expected = output.replace(f"{ROOT}/", "").splitlines(), shown.partition("```")[0].splitlines()
    assert expected[:-1] == printed[: len(expected) - 1]
    assert expected[-1].startswith(f"{file}: {len(CHECKS)} checks of ")
