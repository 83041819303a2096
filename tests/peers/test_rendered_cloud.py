"""A real Fluentd takes events out of Azure's records as the rendered configuration says; the cloud itself is not there."""

import json
import re
from pathlib import Path

import pytest
import yaml

from generator.load import load
from generator.render import render
from tests.support.processes import Process

pytestmark = pytest.mark.peer("fluentd")

EVENTS = [{"kind": "Event", "apiVersion": "audit.k8s.io/v1", "auditID": name, "verb": 'a "b" \\ ü'} for name in "ab"]


def test_the_events_of_one_message_become_lines(tmp_path: Path) -> None:
    """Of both categories, in their order, to the byte; other records of the same hub are left out."""
    values = tmp_path / "values.yaml"
    cloud = {"aks": {"namespace": "example-audit", "hub": "kube-audit"}, "image": "a"}
    values.write_text(yaml.safe_dump({"cluster": {"distribution": "aks"}, "cloud": cloud}))
    lines = [json.dumps(event, ensure_ascii=False) for event in EVENTS]
    of_category = zip(("kube-audit", "guard", "kube-audit-admin"), (lines[0], "no event", lines[1]), strict=True)
    records = [{"category": name, "properties": {"log": text, "stream": "stdout"}} for name, text in of_category]
    message = json.dumps({"message": json.dumps({"records": records})})
    source = f"<source>\n  @type sample\n  tag cloud.kube-audit\n  size 1\n  rate 1\n  sample {message}\n</source>"
    text = render(load([values]))["fluent.conf"]
    filters = re.findall(r"<filter .*?</filter>", text, re.DOTALL)
    assert len(filters) == 2
    end = "<match **>\n  @type stdout\n  <format>\n    @type single_value\n  </format>\n</match>"
    config = tmp_path / "fluent.conf"
    config.write_text("\n".join((source, *filters, end)) + "\n")
    with Process(["fluentd", "--no-supervisor", "--config", config]) as fluentd:
        fluentd.wait_for_line(re.escape(lines[-1]), 30)
        taken = [line for line in fluentd.lines if line.startswith('{"kind"') or line == "no event"]
    assert taken[:2] == lines
