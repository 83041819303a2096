"""The workflows are right as far as actionlint can tell, and run what a person would run."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.peer("node")
def test_actionlint_finds_nothing() -> None:
    driver = Path(__file__).with_name("actionlint.mjs")
    done = subprocess.run(["node", driver, *WORKFLOWS], capture_output=True, text=True, timeout=60, check=True)
    assert [] == json.loads(done.stdout)


def _steps() -> list[dict[str, Any]]:
    jobs = [job for path in WORKFLOWS for job in yaml.safe_load(path.read_text())["jobs"].values()]
    return [step for job in jobs for step in job["steps"]]


def test_each_target_and_script_that_they_run_is_there() -> None:
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    text = "\n".join(step.get("run", "") for step in _steps())
    assert {"check", "dist", "test"} == set(re.findall(r"^make ([a-z]+)", text, re.MULTILINE)) & set(targets)
    assert {"run", "sbom"} == set(re.findall(r"\bci/([a-z]+)", text)) == {"run", "sbom"} & _scripts()


def _scripts() -> set[str]:
    return {path.name for path in (ROOT / ".ci").iterdir()}


def test_no_checkout_leaves_credentials_behind() -> None:
    checkouts = [step for step in _steps() if step.get("uses", "").startswith("actions/checkout")]
    assert [{"persist-credentials": False}] * len(checkouts) == [step.get("with") for step in checkouts]
