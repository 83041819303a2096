"""`validate` with the agents that are installed here: what is rendered is taken, what is broken is told in their words."""

import pytest

from generator.check_dry_runs import check
from generator.fluent_bit_config import configurations
from tests.support.rendered import FLUENTD, changed, files, said

TLS = ("tls.mode=secret", "tls.clientCertificates=true")
PACKAGE = (
    "agent.flavor=fluent-package",
    "forward.address=audit.example.com",
    "forward.expose.sources=[192.0.2.0/24]",
    "tls.mode=secret",
)


@pytest.mark.peer("fluentd")
@pytest.mark.parametrize(
    ("environment", "settings"), [("production", ()), ("minikube", ()), ("production", TLS), ("production", PACKAGE)]
)
def test_fluentd_takes_what_is_rendered(environment: str, settings: tuple[str, ...]) -> None:
    assert [] == said(check(files(environment, *settings)))


@pytest.mark.peer("fluentd")
@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            "@type forward",
            "@type forwrd",
            "error fluentd-dry-run: expected a configuration that it starts with, got Unknown output plugin 'forwrd'",
        ),
        (
            "refresh_interval 10s",
            "refresh_intervall 10s",
            "warning fluentd-dry-run: expected nothing to warn of, got parameter 'refresh_intervall' in <source>",
        ),
    ],
)
def test_fluentd_tells_what_is_broken(before: str, after: str, sentence: str) -> None:
    found = said(check(changed(FLUENTD, before, after)))
    assert any(one.startswith(f"fluent.conf: {sentence}") for one in found), found


@pytest.mark.peer("fluent-bit")
@pytest.mark.parametrize("settings", [(), TLS])
def test_fluent_bit_takes_what_is_rendered(settings: tuple[str, ...]) -> None:
    rendered = files("production", "agent.flavor=fluent-bit", *settings)
    assert ["fluent-bit.yaml"] == configurations(rendered)
    assert [] == said(check(rendered))


@pytest.mark.peer("fluent-bit")
def test_fluent_bit_tells_what_is_broken() -> None:
    text = """\
service: {flush: 1}
pipeline:
  inputs: [{name: tail, path: /a/b.log, db: /a/b.db}]
  outputs: [{name: forward, match: '*', host: a.b.svc, port: 1}]
"""
    assert [] == said(check({"fluent-bit.yaml": text}))
    (sentence, *_) = said(check({"fluent-bit.yaml": text.replace("name: forward", "name: forwrd")}))
    assert sentence.startswith(
        "fluent-bit.yaml: error fluent-bit-dry-run: expected a configuration that it starts with, got "
    )
