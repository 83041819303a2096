"""The bridge's configuration as a model: units, defaults, bounds, and that every key is documented."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from audit.document import DocumentError, check, read
from audit.settings import Settings


def test_the_defaults_of_the_documented_limits() -> None:
    found = Settings()
    assert (24224, 50.0) == (found.forward.port, found.forward.ack_deadline)
    assert ("https://logs-01.loggly.com", ("kubernetes", "audit")) == (found.loggly.url, found.loggly.tags)
    assert (5_000_000, 1.0) == (found.batch.max_bytes, found.batch.max_age)
    assert (1_000_000, 67_108_864, 268_435_456, 1_000) == (
        found.limits.event_bytes,
        found.limits.chunk_bytes,
        found.limits.decompressed_bytes,
        found.limits.connections,
    )
    assert (1.0, 30.0) == (found.retry.initial, found.retry.maximum)


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from models(inner)


@pytest.mark.parametrize("model", list(models(Settings)), ids=lambda model: model.__name__)
def test_every_key_is_documented(model: type[BaseModel]) -> None:
    """The generator and the reference of the values take their comments from here."""
    assert model.__doc__
    assert [] == [name for name, field in model.model_fields.items() if not (field.description or "").endswith(".")]


@pytest.mark.parametrize("model", list(models(Settings)), ids=lambda model: model.__name__)
def test_every_model_is_frozen_and_closed(model: type[BaseModel]) -> None:
    assert (True, "forbid") == (model.model_config["frozen"], model.model_config["extra"])


def test_what_the_generator_writes_the_bridge_reads() -> None:
    written = Settings(cluster="prod", forward={"ack_deadline": "90s"}, limits={"unacked_bytes": "1GiB"})  # type: ignore[arg-type]
    assert {"ack_deadline": "90s"} == written.model_dump(mode="json", exclude_defaults=True)["forward"]
    assert written == Settings.model_validate_json(
        written.model_dump_json(by_alias=True, exclude_none=True), strict=True
    )


@pytest.mark.parametrize("tag", ["kubernetes", "a", "A.b_c-9", "0", "x" * 64])
def test_tags_that_loggly_takes(tag: str) -> None:
    assert (tag,) == Settings.model_validate({"loggly": {"tags": [tag]}}).loggly.tags


@pytest.mark.parametrize("tag", ["", "-a", ".a", "_a", "a,b", "a b", "a/b", "é", "a\n", "x" * 65, 5])
def test_tags_that_loggly_does_not_take(tag: Any) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"loggly": {"tags": [tag]}})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "batch: {max_age: 1}",
            "bridge.yaml:1: batch.max_age: expected a duration with its unit, such as 200ms, 50s or 2m, got 1",
        ),
        ("batch: {max_age: 0s}", "bridge.yaml:1: batch.max_age: expected more than 0, got '0s'"),
        (
            "batch: {max_bytes: 6MB}",
            "bridge.yaml:1: batch.max_bytes: expected at most 5242000, got '6MB'",
        ),
        (
            "batch: {max_bytes: many}",
            "bridge.yaml:1: batch.max_bytes: expected a size in bytes or with its unit, such as 5000000, 5MB or 64MiB, got 'many'",
        ),
        ("limits: {event_bytes: 9999}", "bridge.yaml:1: limits.event_bytes: expected at least 10000, got 9999"),
        ("limits: {event_bytes: 1MiB}", "bridge.yaml:1: limits.event_bytes: expected at most 1000000, got '1MiB'"),
        ("forward: {port: 65536}", "bridge.yaml:1: forward.port: expected at most 65535, got 65536"),
        (
            "forward: {port: '24224'}",
            "bridge.yaml:1: forward.port: expected a whole number, got the text '24224' - remove the quotes",
        ),
        ("limits: {connections: 0}", "bridge.yaml:1: limits.connections: expected more than 0, got 0"),
        (
            "forward: {users_file: u}",
            "bridge.yaml:1: forward.users_file: expected shared_key_file beside it, got none - set it: passwords are only asked for in its handshake",
        ),
        (
            "forward: {ack_dealine: 5s}",
            "bridge.yaml:1: forward.ack_dealine: expected a known key, got 'ack_dealine' - did you mean 'ack_deadline'?",
        ),
        (
            "loggly: {url: 'https://logs-01.loggly.com/bulk'}",
            "bridge.yaml:1: loggly.url: expected scheme and host, such as https://logs-01.loggly.com, got 'https://logs-01.loggly.com/bulk' - leave out the rest",
        ),
        (
            "loggly: {tags: ['a b']}",
            "bridge.yaml:1: loggly.tags[0]: expected 1-64 letters, digits, '.', '_' and '-', no sign first, got 'a b'",
        ),
        (
            "loggly: {tags: [a,b,c,d,e,f,g,h,i,j,k]}",
            "bridge.yaml:1: loggly.tags: expected 10 or fewer entries, got a list",
        ),
        (
            "files: [{path: /log/audit.log}]",
            "bridge.yaml:1: files: expected state.path beside it, got none - name a file in a directory that outlives the process",
        ),
        (
            "state: {path: /s}\nfiles: [{path: /a}, {path: /a}]",
            "bridge.yaml:2: files[1].path: expected each log once, got '/a' - remove one of the two",
        ),
        (
            "state: {path: /s}\nfiles: [{path: /log/*.log}]",
            "bridge.yaml:2: files[0].path: expected a path without `*`, got '/log/*.log' - name the exact file: rotated ones are found by themselves",
        ),
        (
            "state: {path: /s}\nfiles: [{path: audit.log}]",
            "bridge.yaml:2: files[0].path: expected an absolute path of a file, got 'audit.log'",
        ),
        (
            "state: {path: /s}\nfiles: [{path: /a, from: start}]",
            "bridge.yaml:2: files[0].from: expected one of beginning, end, got 'start'",
        ),
    ],
)
def test_every_bound_has_its_sentence(text: str, sentence: str) -> None:
    with pytest.raises(DocumentError) as caught:
        check(read(text, "bridge.yaml"), Settings)
    assert sentence == str(caught.value)


def test_an_identity_needs_somebody() -> None:
    assert (
        "jenkins" == Settings.model_validate({"identities": [{"label": "jenkins", "users": ["j"]}]}).identities[0].label
    )
    with pytest.raises(ValidationError, match="users or pods beside it"):
        Settings.model_validate({"identities": [{"label": "jenkins"}]})


def test_a_log_is_read_from_its_beginning_where_nothing_else_is_said() -> None:
    found = Settings.model_validate({"state": {"path": "/s"}, "files": [{"path": "/var/log/audit.log"}]}).files[0]
    assert ("beginning", "raw", "skip", "", False) == (
        found.from_,
        found.format,
        found.others,
        found.node,
        found.is_pattern,
    )


def test_containers_logs_may_be_a_pattern() -> None:
    file = {"path": "/var/log/containers/kube-apiserver-*.log", "format": "cri", "from": "end"}
    found = Settings.model_validate({"state": {"path": "/s"}, "files": [file]})
    assert found.files[0].is_pattern
    assert [file] == found.model_dump(mode="json", by_alias=True, exclude_unset=True)["files"]
