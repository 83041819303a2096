"""`audit-generator` as a user runs it, in this process."""

from pathlib import Path

import pytest

from generator.cli import main

VALUES = Path(__file__).parent.parent.parent / "values"


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Run a command line; return its exit code, standard output and standard error."""
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return int(caught.value.code or 0), captured.out, captured.err
