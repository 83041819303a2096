"""`audit-generator diff`: what would change, and what follows."""

from pathlib import Path

import pytest

from tests.support.commands import VALUES, run

DEMO = VALUES / "demo.yaml"


def test_no_difference_is_exit_code_0_and_silence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run(capsys, "render", DEMO, "-o", tmp_path)
    assert (0, "", "") == run(capsys, "diff", DEMO, "-o", tmp_path)


def test_a_difference_is_shown_with_what_follows_and_written_nowhere(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, "render", DEMO, "-o", tmp_path)
    before = (tmp_path / "bridge.yaml").read_text()
    code, out, err = run(capsys, "diff", DEMO, "-o", tmp_path, "--set", "environment=test")
    assert 1 == code
    assert {
        f"--- {tmp_path / 'bridge.yaml'}",
        "+++ rendered bridge.yaml",
        "-environment: demo",
        "+environment: test",
    } <= set(out.splitlines())
    first, *followed = err.splitlines()
    assert "For an installation that was made from what was here:" == first
    assert (
        "  - Deployment kube-audit-bridge in audit-bridge: its pods restart, a new one before each old one; "
        "what is not acked waits on the nodes (its configuration)"
    ) in followed
    assert before == (tmp_path / "bridge.yaml").read_text()


def test_render_says_what_follows_when_it_writes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = run(capsys, "render", DEMO, "-o", tmp_path)
    assert (0, 1, "") == (code, len(out.splitlines()), err)
    _, out, _ = run(capsys, "render", DEMO, "-o", tmp_path, "--set", "agent.stateDirectory=/var/lib/other")
    assert "For an installation that was made from what was here:" == out.splitlines()[1]
    assert [] != [
        line for line in out.splitlines() if "positions and buffers stay in /var/lib/kube-audit-agent" in line
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "expected -o DIR or --cluster, got neither - choose one"),
        (("-o", "x", "--cluster"), "expected -o DIR or --cluster, got both - choose one"),
        (("-o", "x", "--context", "prod"), "expected --cluster with --context, got none - add it"),
    ],
)
def test_what_to_compare_with_is_asked(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    code, _, err = run(capsys, "diff", DEMO, *arguments)
    assert 2 == code
    assert sentence in err
