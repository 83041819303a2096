"""A real Fluentd agrees: about what a configuration says, and about the parameters that its plugins have."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.problems import DocumentError
from generator.fluentd_config import Section, read
from generator.fluentd_plugins import PARAMETERS
from tests.support.rendered import FLUENTD, files

pytestmark = pytest.mark.peer("fluentd")

SCRIPT = Path(__file__).parent / "fluentd_config.rb"


class Ruby:
    """Fluentd's own parser, as a process that answers a line with a line."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            ["fluentd", "--version"],
            env={**os.environ, "RUBYOPT": f"-r{SCRIPT}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, question: Mapping[str, Any]) -> Any:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps(question) + "\n")
        self._child.stdin.flush()
        return json.loads(self._child.stdout.readline() or '"no answer"')

    def close(self) -> None:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.close()
        self._child.wait(timeout=20)
        self._child.stdout.close()


@pytest.fixture(scope="module")
def ruby() -> Iterator[Ruby]:
    peer = Ruby()
    yield peer
    peer.close()


def plain(section: Section) -> dict[str, Any]:
    """Return a section as the script writes one."""
    return {
        "name": section.name or "ROOT",
        "argument": section.argument,
        "parameters": {name: parameter.value for name, parameter in section.parameters.items()},
        "sections": [plain(one) for one in section.sections],
    }


def ours(text: str) -> dict[str, Any] | None:
    try:
        return plain(read(text, "f"))
    except DocumentError:
        return None


@pytest.mark.parametrize("environment", ["default", "production", "minikube", "demo"])
def test_what_is_rendered_says_the_same_to_both(ruby: Ruby, environment: str) -> None:
    """Ruby is not evaluated on either side: it is made a word first."""
    text = files(environment)[FLUENTD].replace('"#{', '"{').replace(".#{", ".{").replace("#{ENV", "{ENV")
    assert ruby.ask({"parse": text}) == ours(text)


WORD = st.text("ab.*{}/$|~-0123", min_size=1, max_size=6).filter(lambda text: text[0] != "{")
VALUE = st.one_of(
    WORD,
    st.lists(WORD, min_size=1, max_size=3).map(" ".join),
    st.text("ab #'\\/:,[]{}", max_size=8).map(lambda text: json.dumps(text).replace("#{", "#")),
    st.text('ab #"/:,[]{}', max_size=8).map(lambda text: f"'{text}'"),
    st.lists(st.integers(0, 9), max_size=3).map(json.dumps),
    st.dictionaries(st.text("ab", min_size=1, max_size=2), st.text("ab# ", max_size=3), max_size=2).map(json.dumps),
    WORD.map(lambda text: f"{text} # a comment"),
    WORD.map(lambda text: f"{text}#no-comment"),
)
KEY = st.text("abc_", min_size=1, max_size=5).filter(lambda text: not text.startswith("include"))
PARAMETER = st.one_of(st.tuples(KEY, VALUE).map(" ".join), KEY, st.just("# a comment"), st.just(""))


def sections(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    head = st.tuples(st.sampled_from(["match", "source", "parse"]), st.sampled_from(["", " **", " a.b  c.*", ' "x"']))
    return st.tuples(head, st.lists(inside, max_size=3)).map(
        lambda both: f"<{both[0][0]}{both[0][1]}>\n" + "\n".join(both[1]) + f"\n</{both[0][0]}>"
    )


CONFIGURATION = st.lists(st.recursive(PARAMETER, sections, max_leaves=8), max_size=5).map("\n".join)


@settings(
    max_examples=int(os.environ.get("AUDIT_TEST_FLUENTD_EXAMPLES", "150")),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=CONFIGURATION)
def test_what_is_made_up_says_the_same_to_both(ruby: Ruby, text: str) -> None:
    """Also where it is refused: then both refuse it."""
    assert ruby.ask({"parse": text}) == ours(text)


def test_the_plugins_have_the_parameters_that_we_know(ruby: Ruby) -> None:
    """Those of Fluentd 1.19: no more and no fewer. Parameters of all plugins and numbered ones are left out."""
    common = {"@type", "@id", "@label", "@log_level"}
    for (section, kind), known in PARAMETERS.items():
        found = ruby.ask({"section": section, "type": kind})
        if found is not None:
            numbered = {name for name in known if name.rstrip("0123456789") in ("format", "regexp", "exclude")}
            assert (section, kind, sorted(known - common - numbered)) == (section, kind, sorted(found))
