"""The pages tell the truth: their commands run, their links lead somewhere, their tables are complete."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from bridge.metrics import Metrics
from bridge.status import State
from tests.noise import report as noise
from tests.support.status import snapshot

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
SH_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)

# What is run for each command of a page. Applying needs a cluster: tests/peers/test_kube_apply.py pipes the same stream
# into kubectl; staying open needs a person: tests/bridge/test_commands.py interrupts the demo.
RUN_AS = {
    "make demo": "make demo ONCE=1",
    "make -s render ENV=minikube | kubectl apply -f -": "make -s render ENV=minikube",
}


def commands() -> set[str]:
    blocks = (block for page in PAGES for block in SH_BLOCK.findall(page.read_text("utf-8")))
    return {line for block in blocks for line in block.splitlines() if line and not line.startswith("#")}


def ran(command: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKEOVERRIDES")}
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=110, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def test_every_command_of_a_page_is_known_here() -> None:
    assert set(RUN_AS) == commands()


def test_the_demo() -> None:
    assert "0 lost, 0 duplicated" in ran(RUN_AS["make demo"]).splitlines()


def test_the_render() -> None:
    """Nothing but the stream is on standard output, and it holds the objects."""
    objects = list(yaml.safe_load_all(ran(RUN_AS["make -s render ENV=minikube | kubectl apply -f -"])))
    assert {"Namespace", "DaemonSet", "Deployment", "Service", "ConfigMap"} <= {found["kind"] for found in objects}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8"))
    assert [] == [target for target in targets if "://" not in target and not (page.parent / target).exists()]


def test_the_metrics_page_names_every_series() -> None:
    exposed = set(re.findall(r"^# TYPE (\S+)", Metrics().exposition().decode(), re.MULTILINE))
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    assert exposed == set(re.findall(r"^\| `(audit_bridge_\w+)", page, re.MULTILINE))


def test_the_metrics_page_names_every_state_and_key_of_the_status() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    status = page.partition("## Status")[2].partition("## Logs")[0]
    keys = {state.value for state in State} | snapshot().as_json().keys()
    assert set() == keys - set(re.findall(r"`(\w+)`", status))


def test_the_dependencies_page_names_every_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    names = {re.split(r"[>=<]", package)[0] for package in project["dependencies"]}
    assert names == set(re.findall(r"^\| ([\w-]+) \|", page, re.MULTILINE)) - {"Package"}


def test_the_noise_page_holds_what_was_measured() -> None:
    page = noise.PAGE.read_text("utf-8")
    assert ["volume", "alerts", "noisiest"] == re.findall(r"<!-- (\w+):begin -->\n.*\S", page)
    assert noise.CHART.is_file()


def test_bare_make_prints_the_verbs() -> None:
    verbs = set(re.findall(r"^  make (\S+)", ran("make"), re.MULTILINE))
    assert {"venv", "demo", "render", "test", "check", "bench", "clean"} <= verbs


def test_make_render_puts_what_is_common_below_an_environment(tmp_path: Path) -> None:
    """`values/base.yaml`, where there is one, and not below itself; ARGS goes over both."""
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    (tmp_path / "values").mkdir()
    for common, environment, layers in (
        (False, "prod", "values/prod.yaml"),
        (True, "prod", "values/base.yaml values/prod.yaml"),
        (True, "base", "values/base.yaml"),
    ):
        if common:
            (tmp_path / "values" / "base.yaml").touch()
        planned = ran(f"make -n -C {tmp_path} -o .venv/.made -s render ENV={environment} ARGS='--set a=b'")
        words = planned.split(" render ")[-1].partition(" -o ")
        assert (layers, f"rendered/{environment} --stream --set a=b\n") == (words[0].strip(), words[2])


def test_modules_keep_to_the_ceiling() -> None:
    """A module above 400 lines has a second thought in it."""
    modules = [path for package in ("audit", "bridge", "generator") for path in (ROOT / package).rglob("*.py")]
    assert [] == [path.name for path in modules if len(path.read_text("utf-8").splitlines()) > 400]


def test_the_policy_page_shows_what_explain_prints(tmp_path: Path) -> None:
    (tmp_path / "audit-policy.yaml").write_text(
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n"
        "- level: None\n  users: [system:kube-proxy]\n- level: Metadata\n"
    )
    page = (ROOT / "docs" / "policy.md").read_text("utf-8")
    command, _, output = page.partition("$ audit-generator ")[2].partition("\n")
    program: list[str | Path] = [Path(sys.executable).parent / "audit-generator", *command.split()]
    done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    assert output.partition("```")[0].splitlines() == [line.rstrip() for line in done.stdout.splitlines()]
