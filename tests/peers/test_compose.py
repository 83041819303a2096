"""What is rendered for the demo, run in containers: Fluentd, the bridge and the sandbox of tests/container/."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.load import load
from generator.render import render
from tests.support.delivery import audit_lines, identity, original
from tests.support.peers import compose_command
from tests.support.processes import API_TOKEN, TOKEN, Loggly, wait_for

pytestmark = [pytest.mark.peer("docker", "compose"), pytest.mark.timeout(600)]  # the first run builds the images

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the directory that the API server would write its audit log into."""
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session")
def docker_compose_file(tmp_path_factory: pytest.TempPathFactory, logs: Path) -> Iterator[str]:
    """Render values/demo.yaml, and tell the compose file where everything is."""
    rendered = tmp_path_factory.mktemp("rendered")
    files = render(load([ROOT / "values" / "demo.yaml"]))
    for name in ("bridge.yaml", "fluent.conf"):
        (rendered / name).write_text(files[name])
        (rendered / name).chmod(0o644)
    rendered.chmod(0o755)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RENDERED", str(rendered))
        environment.setenv("FLUENTD_DOCKERFILE", str(ROOT / "fluentd" / "Dockerfile"))
        environment.setenv("LOGS", str(logs))
        environment.setenv("STATE", str(tmp_path_factory.mktemp("state")))
        environment.setenv("LOGGLY_TOKEN", TOKEN)
        environment.setenv("LOGGLY_API_TOKEN", API_TOKEN)
        yield str(ROOT / "tests" / "container" / "docker-compose.yml")


@pytest.fixture(scope="session")
def docker_compose_command() -> str:
    return compose_command()


@pytest.fixture(scope="session")
def docker_setup() -> list[str]:
    return ["up --build --detach"]


@pytest.fixture(scope="session")
def docker_cleanup() -> list[str]:
    return ["down --volumes --rmi local"]


def test_a_line_of_the_audit_log_is_in_loggly_once(docker_ip: str, docker_services: Any, logs: Path) -> None:
    lines = audit_lines(200)
    loggly = Loggly(f"http://{docker_ip}:{docker_services.port_for('sandbox', 8080)}")
    (logs / "audit.log").write_text("".join(f"{line}\n" for line in lines))
    (logs / "audit.log").chmod(0o600)

    def events() -> list[dict[str, Any]] | None:
        try:
            found = [stored["event"]["json"] for stored in loggly.events()]
        except OSError:  # not up yet
            return None
        return found if len(found) >= len(lines) else None

    arrived = wait_for(events, 90, f"{len(lines)} events in Loggly")
    assert sorted(map(json.loads, lines), key=identity) == sorted(map(original, arrived), key=identity)
    assert {"node-1"} == {event["audit"]["node"] for event in arrived}
