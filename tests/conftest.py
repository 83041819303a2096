"""`@pytest.mark.peer("docker")`: run where the peer is, skip with the reason where it is not, tell at the end.

AUDIT_TEST_REQUIRE="kube docker" makes the absence of those a failure, so that a run that installed them cannot pass
without them.
"""

from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.peers import Peer, look, required, sentence, unknown

pytest.register_assert_rewrite("tests.support.delivery")

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("whatever the machine does", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("whatever the machine does")

MET = pytest.StashKey[set[Peer]]()


def peers_of(item: pytest.Item) -> list[str]:
    return [name for marker in item.iter_markers("peer") for name in marker.args]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[MET] = set()
    if problem := unknown(required()):
        raise pytest.UsageError(f"AUDIT_TEST_REQUIRE: {problem}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if problem := unknown(peers_of(item)):
            raise pytest.UsageError(f"{item.nodeid}: {problem}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    peers = [look(name) for name in peers_of(item)]
    missing = [peer for peer in peers if peer.missing]
    item.config.stash[MET].update(missing or peers)
    if not missing:
        return
    reason = "; ".join(f"{peer.name}: {peer.missing}" for peer in missing)
    if required() & {peer.name for peer in missing}:
        pytest.fail(f"{reason}; AUDIT_TEST_REQUIRE asks for it", pytrace=False)
    pytest.skip(reason)


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around the reporter's own, so that this comes after its list of skips
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None, None, None]:
    yield
    if met := config.stash[MET]:
        terminalreporter.write_line(sentence(met))
