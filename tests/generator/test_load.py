"""From files and --set to values: layers, all mistakes at once, the policy file."""

from pathlib import Path

import pytest

from audit.document import DocumentError
from generator.load import load
from generator.values import Resources
from tests.support.broken_values import Broken, cases


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_broken_values_are_refused_in_these_words(case: Broken, tmp_path: Path) -> None:
    """Those of tests/data/broken-values.txt."""
    assert case.sentences == case.said(tmp_path)


def test_the_table_of_broken_values_is_long_and_each_case_has_its_words() -> None:
    assert 50 <= len(cases())
    assert [] == [case.name for case in cases() if not case.sentences]


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def refused(*files: Path, settings: tuple[str, ...] = ()) -> str:
    with pytest.raises(DocumentError) as caught:
        load(files, settings)
    return str(caught.value)


def test_later_files_go_over_earlier_ones_and_set_over_all(tmp_path: Path) -> None:
    base = file(tmp_path, "base.yaml", "cluster: {name: a, version: '1.30'}\nloggly: {tags: [x, y]}\n")
    over = file(tmp_path, "over.yaml", "cluster: {name: b}\nloggly: {tags: [z]}\n")
    values = load([base, over], ["cluster.name=c"]).values
    assert (values.cluster.name, values.cluster.version, values.loggly.tags) == ("c", "1.30", ("z",))


def test_null_brings_a_default_back(tmp_path: Path) -> None:
    base = file(tmp_path, "base.yaml", "bridge: {replicas: 5}\n")
    assert load([base], ["bridge.replicas=null"]).values.bridge.replicas == 2


def test_keys_of_ones_own_hold_anchors(tmp_path: Path) -> None:
    text = "x-small: &small {memory: 1Gi}\nagent: {resources: {limits: *small}}\n"
    assert Resources(limits={"memory": "1Gi"}) == load([file(tmp_path, "values.yaml", text)]).values.agent.resources


def test_null_takes_a_key_of_a_free_map_away(tmp_path: Path) -> None:
    base = file(tmp_path, "base.yaml", "labels: {team: a, tier: b}\nx-mine: {any: null}\n")
    prod = file(tmp_path, "prod.yaml", "labels: {team: null, other: null}\nx-mine: null\n")
    assert {"tier": "b"} == load([base, prod]).values.labels


def test_a_token_is_found_in_every_layer(tmp_path: Path) -> None:
    """Also where a later layer covers it: it stands in a file all the same."""
    token = "11111111-2222-4333-8444-555555555555"
    base = file(tmp_path, "base.yaml", f"x-mine: [{token}]\nloggly: {{tags: [{token}]}}\n")
    over = file(tmp_path, "over.yaml", "loggly: {tags: [a]}\n")
    cure = "expected no secret in values, got what looks like a Loggly token - keep it in a Secret and name that in loggly.tokenSecret"
    found = refused(base, over, settings=(f"bridge.config.loggly.token_file={token}",)).splitlines()
    assert {f"{base}:1: x-mine[0]: {cure}", f"{base}:2: loggly.tags[0]: {cure}"} <= set(found)
    assert f"--set: bridge.config.loggly.token_file: {cure}" in found
    assert [] == [line for line in found if token in line]


def test_every_mistake_names_its_own_file(tmp_path: Path) -> None:
    base = file(tmp_path, "base.yaml", "cluster:\n  nam: a\n")
    over = file(tmp_path, "over.yaml", "agent:\n  flavor: tdagent\n")
    assert refused(base, over, settings=("logly.url=x",)).splitlines() == [
        f"{base}:2: cluster.nam: expected a known key, got 'nam' - did you mean 'name'?",
        f"{over}:2: agent.flavor: expected one of fluentd, td-agent, fluent-package, fluent-bit, direct, got 'tdagent' - did you mean 'td-agent'?",
        "--set: logly: expected a known key, got 'logly' - did you mean 'loggly'?",
    ]


def test_a_missing_file_is_named() -> None:
    expected = "values/nowhere.yaml: expected a file that can be read, got no such file or directory - check the path"
    assert refused(Path("values/nowhere.yaml")) == expected


def test_all_that_cannot_be_read_is_named_at_once(tmp_path: Path) -> None:
    broken = file(tmp_path, "broken.yaml", "a: [")
    assert [
        line.partition(": expected")[0] for line in refused(broken, Path("nowhere"), settings=("x",)).splitlines()
    ] == [
        f"{broken}:1",
        "nowhere",
        "--set",
    ]


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    path.write_bytes(b"a: \xff")
    assert refused(path) == f"{path}: expected UTF-8 text, got byte 3 that is none - save it as UTF-8"


def test_a_policy_file_is_found_beside_the_values_that_name_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    text = "# mine\napiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n"
    file(tmp_path / "sub", "policy.yaml", text)
    values = file(tmp_path / "sub", "values.yaml", "audit: {policy: {file: policy.yaml}}\n")
    assert load([values]).policy_text == text


def test_a_mistake_in_a_policy_file_names_that_file(tmp_path: Path) -> None:
    policy = file(tmp_path, "policy.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- lvel: Metadata\n")
    values = file(tmp_path, "values.yaml", "audit: {policy: {file: policy.yaml}}\n")
    assert refused(values).splitlines() == [
        f"{policy}:4: rules[0].level: expected a value, got nothing - add it",
        f"{policy}:4: rules[0].lvel: expected a known key, got 'lvel' - did you mean 'level'?",
    ]


def test_the_policy_of_the_bridges_filter_is_found_and_checked_too(tmp_path: Path) -> None:
    text = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n"
    file(tmp_path, "policy.yaml", text)
    values = file(tmp_path, "values.yaml", "bridge: {config: {filter: {policy_file: policy.yaml}}}\n")
    assert (None, text) == (load([values]).policy_text, load([values]).filter_text)
    file(tmp_path, "policy.yaml", f"{text}  verb: [get]\n")
    sentence = f"{tmp_path / 'policy.yaml'}:5: rules[0].verb: expected a known key, got 'verb' - did you mean 'verbs'?"
    assert sentence == refused(values)


def test_a_preset_of_the_filter_stays_a_name(tmp_path: Path) -> None:
    values = file(tmp_path, "values.yaml", "bridge: {config: {filter: {policy_file: recommended}}}\n")
    assert None is load([values]).filter_text


def test_own_detection_rules_are_read_as_the_bridge_will(tmp_path: Path) -> None:
    """A name that a shipped rule has is an error with its file and line."""
    (tmp_path / "own.yml").write_text(
        "title: Own\nname: exec\nlogsource: {product: kubernetes}\ndetection: {s: {verb: get}, condition: s}\n"
    )
    values = tmp_path / "values.yaml"
    values.write_text("bridge: {config: {rules: {files: [own.yml]}}}\n")
    with pytest.raises(DocumentError) as error:
        load([values])
    assert str(error.value) == (
        f"{tmp_path / 'own.yml'}:2: name: expected a name of its own, got 'exec' - choose another"
    )
