"""The Dockerfiles say what the rest of the project says."""

import re
import tomllib
from pathlib import Path

from audit.settings import Settings
from generator.flavors import FLUENTD_IMAGE
from generator.load import load
from generator.render import render
from tests.support.peers import IMAGES

ROOT = Path(__file__).parent.parent.parent
BRIDGE = (ROOT / "Dockerfile").read_text()
FLUENTD = (ROOT / "fluentd" / "Dockerfile").read_text()


def built_on(dockerfile: str) -> list[str]:
    return re.findall(r"(?m)^FROM (\S+)", dockerfile)


def test_fluentd_is_the_one_that_the_daemonset_runs() -> None:
    assert [FLUENTD_IMAGE] == built_on(FLUENTD)


def test_the_compose_test_looks_for_the_images_that_are_built_on() -> None:
    assert set(IMAGES) == {*built_on(FLUENTD), *built_on(BRIDGE)}


def test_python_is_new_enough() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    minor = int(re.findall(r"python:3\.(\d+)", BRIDGE)[0])
    assert f"Programming Language :: Python :: 3.{minor}" in project["classifiers"]


def test_the_ports_are_the_defaults() -> None:
    settings = Settings()
    forward, admin = settings.forward.port, settings.admin.port
    assert f"EXPOSE {forward}/tcp {forward}/udp {admin}/tcp\n" in BRIDGE


def test_the_user_is_the_deployments() -> None:
    deployment = render(load([ROOT / "values" / "default.yaml"]))["kubernetes/50-deployment.yaml"]
    assert re.findall(r"(?m)^USER (\d+):", BRIDGE) == re.findall(r"runAsUser: (\d+)", deployment)


def test_all_that_the_wheel_is_built_from_is_sent_to_docker() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    allowed = set(re.findall(r"(?m)^!(\S+)$", (ROOT / ".dockerignore").read_text()))
    assert {"pyproject.toml", "README.md", *wheel["packages"], *wheel["force-include"]} <= allowed
