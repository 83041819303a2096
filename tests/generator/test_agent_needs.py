"""What an agent's configuration asks of where it runs."""

from generator.agent_needs import Needs, of_fluent_bit, of_fluentd
from generator.fluent_bit_config import parsed
from generator.fluentd_config import read

FLUENTD = """\
<source>
  @type tail
  path /a/one.log, /b/two.log
  pos_file /s/pos
  tag "t.#{ENV['NODE_NAME'] || hostname}"
</source>
<match **>
  @type forward
  <server>
    host a.b.svc
  </server>
  <security>
    shared_key "#{ENV['KEY'].strip}"
  </security>
  <buffer>
    path /s/buffer
  </buffer>
</match>
"""
FLUENT_BIT = """\
service: {storage.path: /s/chunks}
pipeline:
  inputs: [{name: tail, path: '/a/one.log,/b/two.log', db: /s/pos, tag: 't.${NODE_NAME}'}]
  outputs: [{name: forward, host: a.b.svc, port: 1, shared_key: '${KEY}'}]
"""


def values(needs: Needs) -> list[object]:
    lists = (needs.reads, needs.keeps, needs.variables)
    return [
        *([one.value for one in each] for each in lists),
        [(host.value, port.value) for host, port in needs.servers],
    ]


def test_of_fluentd() -> None:
    """A variable with a default is not needed."""
    needs = of_fluentd(read(FLUENTD, "f"))
    assert [["/a/one.log", "/b/two.log"], ["/s/pos", "/s/buffer"], ["KEY"], [("a.b.svc", "24224")]] == values(needs)
    assert ("f:4", "<source> pos_file") == (str(needs.keeps[0].place), needs.keeps[0].label)


def test_of_fluent_bit() -> None:
    needs = of_fluent_bit(parsed(FLUENT_BIT, "f"))
    expected = [["/a/one.log", "/b/two.log"], ["/s/chunks", "/s/pos"], ["NODE_NAME", "KEY"], [("a.b.svc", "1")]]
    assert expected == values(needs)
    assert ("f:1", 'service["storage.path"]') == (str(needs.keeps[0].place), needs.keeps[0].label)
