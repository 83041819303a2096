"""What `run` and `check` say of a configuration."""

from pathlib import Path

from tests.support.processes import ran


def test_a_missing_token() -> None:
    sentence = (
        "the environment variable LOGGLY_TOKEN: expected Loggly's customer token, got nothing - "
        "set loggly.token_file to a file that holds it, or LOGGLY_TOKEN"
    )
    assert (1, sentence) == ran("run")


def test_a_configuration_with_several_errors(tmp_path: Path) -> None:
    """Each has its place; the exit code is 1."""
    file = tmp_path / "bridge.yaml"
    file.write_text("forward:\n  prot: 1\nbatch:\n  max_age: 5\n")
    code, output = ran("check", "--config", file)
    assert 1 == code
    assert [f"{file}:2: forward.prot:", f"{file}:4: batch.max_age:"] == [
        " ".join(line.split(" ")[:2]) for line in output.splitlines()
    ]
    assert "port" in output.splitlines()[0]
    assert "a duration with its unit, such as 200ms, 50s or 2m" in output.splitlines()[1]


def test_a_configuration_that_is_fine(tmp_path: Path) -> None:
    file = tmp_path / "bridge.yaml"
    file.write_text("cluster: prod\nforward: {ack_deadline: 20s}\n")
    assert (0, f"{file}: fine") == ran("check", "--config", file)


def test_a_configuration_whose_rules_are_wrong(tmp_path: Path) -> None:
    file = tmp_path / "bridge.yaml"
    file.write_text("rules: {disable: [exek]}\n")
    sentence = "(configuration): rules.disable[0]: expected the name of a rule, got 'exek' - did you mean 'exec'?"
    assert (1, sentence) == ran("check", "--config", file)


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    code, output = ran("check", "--config", tmp_path / "none.yaml")
    assert (
        1,
        f"{tmp_path}/none.yaml (--config): expected a file to read, got: no such file or directory - check the path",
    ) == (code, output)


def test_a_replay_to_nowhere(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("x\n")
    code, output = ran("replay", log, "--to", "127.0.0.1:1", "--ack")
    assert (1, "127.0.0.1:1: connection refused - check the name, and that it is there") == (
        code,
        output.splitlines()[-1],
    )
