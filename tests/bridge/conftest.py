"""A sandbox and bridges as real processes, for tests of what happens between sockets."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.processes import Bridge, Sandbox

StartBridge = Callable[..., Bridge]


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    """Return a sandbox that holds nothing yet."""
    shared_sandbox.reset()
    return shared_sandbox


@pytest.fixture
def start_bridge(sandbox: Sandbox, tmp_path: Path) -> Iterator[StartBridge]:
    """Start bridges that send to the sandbox; `start_bridge("key=value", ..., arguments=("--log-level", "debug"))`."""
    with ExitStack() as stack:

        def start(*settings: str, arguments: Sequence[str] = ()) -> Bridge:
            config = tmp_path / "bridge.yaml"
            config.write_text("cluster: test\n")
            return stack.enter_context(Bridge(config, sandbox.url, *settings, arguments=arguments))

        yield start


@pytest.fixture(scope="session")
def shared_bridge(shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    config = tmp_path_factory.mktemp("bridge") / "bridge.yaml"
    config.write_text("cluster: test\n")
    with Bridge(config, shared_sandbox.url) as bridge:
        yield bridge


@pytest.fixture
def bridge(sandbox: Sandbox, shared_bridge: Bridge) -> Bridge:  # noqa: ARG001 - to be empty
    """Return a bridge with its defaults that sends to the sandbox."""
    return shared_bridge
