"""`audit-generator explain`: each value, and which layer it is from."""

from pathlib import Path

import pytest

from generator.explain_command import rows
from generator.load import load
from tests.support.commands import VALUES, run


@pytest.fixture
def layers(tmp_path: Path) -> tuple[Path, Path]:
    base, prod = tmp_path / "base.yaml", tmp_path / "prod.yaml"
    base.write_text(
        "cluster:\n  name: base\nloggly: {tags: [a, b]}\nbridge: {replicas: 3}\nlabels: {team: x, tier: y}\n"
    )
    prod.write_text(
        "cluster:\n  name: prod\nbridge:\n  replicas: null\nlabels:\n  tier: z\nforward: {sharedKeySecret: {}}\n"
    )
    return base, prod


def test_each_value_has_the_place_of_the_layer_that_it_is_from(
    capsys: pytest.CaptureFixture[str], layers: tuple[Path, Path]
) -> None:
    base, prod = layers
    code, out, err = run(capsys, "explain", base, prod, "--set", "bridge.config.batch.max_age=2s")
    assert (0, "") == (code, err)
    assert [
        f'cluster.name: "prod"  # {prod}:2',
        'bridge.config.batch.max_age: "2s"  # --set',
        f'loggly.tags: ["a", "b"]  # {base}:3',
        f'labels.team: "x"  # {base}:5',
        f'labels.tier: "z"  # {prod}:6',
    ] == out.splitlines()


def test_defaults_are_shown_where_asked_and_a_key_narrows(
    capsys: pytest.CaptureFixture[str], layers: tuple[Path, Path]
) -> None:
    _, out, _ = run(capsys, "explain", *layers, "--all", "--key", "forward.sharedKeySecret")
    assert [
        'forward.sharedKeySecret.name: "forward-shared-key"  # default',
        'forward.sharedKeySecret.key: "key"  # default',
    ] == out.splitlines()
    _, out, _ = run(capsys, "explain", *layers, "--all", "--key", "bridge.replicas")
    assert f"bridge.replicas: 2  # default, for null in {layers[1]}:4\n" == out


def test_what_values_cannot_set_is_not_shown() -> None:
    found = {path for path, _, _ in rows(load([VALUES / "demo.yaml"]))}
    assert set() == {"bridge.config.cluster", "bridge.config.loggly.token_file"} & found
    assert {"cluster.name", "bridge.config.batch.max_age"} <= found
