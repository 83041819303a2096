"""The demo, as a person runs it."""

import signal

from tests.support.processes import BIN, Process


def test_the_demo_stays_until_it_is_interrupted() -> None:
    with Process([BIN / "audit-bridge", "demo"]) as process:
        page = process.wait_for_line(r"Search them: (http://\S+)", within=60).group(1)
        process.wait_for_line("Ctrl-C ends it.")
        assert page.endswith("/search")
        process.signal(signal.SIGINT)
        assert 0 == process.wait()
