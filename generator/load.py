"""Values files and `--set` to values: layered, checked, every mistake at once.

The only place that reads a user's files: values, and the audit policy that they may name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from audit import policy_reading
from audit.document import Document, DocumentError, Place, Problem, check, layered, read, setting
from audit.presets import PRESETS
from audit.problems import Path as Where
from audit.problems import path_text
from audit.releases import NEWEST, at_least
from generator.audit_policy import not_in_1_7, reading_version
from generator.crosscheck import Finding, disagreements, secrets
from generator.texts import file_text, gathered, named_text
from generator.values import Values

FILTER: Where = ("bridge", "config", "filter", "policy_file")
"""Where values name the policy that the bridge applies."""

RULES: Where = ("bridge", "config", "rules")
"""Where values name detection rules."""

EMPTY = Document("values", {}, {})
"""What values that were written nowhere come from."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that rendering needs: the values, and the texts of the policy files where they name any."""

    values: Values
    policy_text: str | None = None
    filter_text: str | None = None
    """The policy that the bridge applies; None where there is none, or a preset."""
    rule_texts: tuple[str, ...] = ()
    """The user's own detection rules, a text a file."""
    document: Document = EMPTY
    """The layers as one document, which knows where each value was written."""

    def place(self, path: Where) -> Place:
        """Return the file and line of a value, or of the nearest one around it."""
        return self.document.place(path)


def load(files: Sequence[Path], settings: Sequence[str] = ()) -> Inputs:
    """Read values files, the later over the earlier, then `--set` arguments. Raises `DocumentError`."""
    layers = _documents(files, settings)
    found = [problem for layer in layers for problem in _problems(layer, secrets(dict(layer.data)))]
    whole = layered(*layers)
    own = {key: value for key, value in whole.data.items() if not key.startswith("x-")}
    removed = {path: place for path, place in whole.removed.items() if not str(path[0]).startswith("x-")}
    try:
        values = check(replace(whole, data=own, removed=removed), Values)
    except DocumentError as error:
        raise DocumentError([*found, *error.problems]) from None
    if found := [*found, *_problems(whole, disagreements(values))]:
        raise DocumentError(found)
    policies, rules = gathered([partial(_policies, whole, values), partial(_rule_texts, whole, values)])
    return Inputs(values, policies[0], policies[1], tuple(text for text in rules if text is not None), whole)


def _documents(files: Sequence[Path], settings: Sequence[str]) -> list[Document]:
    """Read everything, so that two unreadable files are told of at once."""
    return gathered([*(partial(_read, file) for file in files), *(partial(setting, text) for text in settings)])


def _read(file: Path) -> Document:
    return read(file_text(file), str(file))


def _problems(document: Document, findings: Iterable[Finding]) -> list[Problem]:
    return [document.problem(*finding) for finding in findings]


def _policies(document: Document, values: Values) -> Sequence[str | None]:
    """Return the texts of the audit policy and of the one that the bridge applies, where values name files."""
    named, filtering = values.audit.policy.file, values.bridge.config.filter.policy_file
    return gathered(
        [
            partial(_policy_text, document, ("audit", "policy", "file"), named, values.cluster.version),
            partial(_policy_text, document, FILTER, None if filtering in PRESETS else filtering, NEWEST),
        ]
    )


def _rule_texts(document: Document, values: Values) -> Sequence[str | None]:
    """Return the files of detection rules that the values name, relative to the values file, after reading them as the bridge will."""
    rules = values.bridge.config.rules
    readers = [partial(named_text, document, (*RULES, "files", at), named) for at, named in enumerate(rules.files)]
    texts = gathered(readers)
    if rules.files or rules.disable or rules.except_ or any(sink.rules for sink in values.bridge.config.notify):
        from generator.own_rules import problems  # noqa: PLC0415 - pySigma is a tenth of a second, and few name rules

        if found := problems(document, values.bridge.config, texts):
            raise DocumentError(found)
    return tuple(text for _, text in texts)


def _policy_text(document: Document, path: Where, named: str | None, version: str) -> str | None:
    """Return the policy file that the values name, after checking it; what the API server would ignore is refused.

    A rule whose `resources` is misspelt matches everything, and before Kubernetes 1.26 the API server says nothing.
    """
    if named is None:
        return None
    name, text = named_text(document, path, named)
    reading = policy_reading.read(text, name, reading_version(version))
    if reading.warnings:
        raise DocumentError(reading.warnings)
    if not at_least(version, "1.8") and (told := [*not_in_1_7(reading.policy)]):
        lines = [reading.policy.rules[int(path[1])].line for path, *_ in told]
        raise DocumentError(
            [Problem(name, line, path_text(path), *rest) for line, (path, *rest) in zip(lines, told, strict=True)]
        )
    return text
