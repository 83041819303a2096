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
    policy = _policy_text(whole, ("audit", "policy", "file"), values.audit.policy.file, values.cluster.version)
    filtering = values.bridge.config.filter.policy_file
    if filtering in PRESETS:
        filtering = None
    return Inputs(values, policy, _policy_text(whole, FILTER, filtering, NEWEST), _rule_texts(whole, values), whole)


def _documents(files: Sequence[Path], settings: Sequence[str]) -> list[Document]:
    """Read everything, so that two unreadable files are told of at once."""
    documents: list[Document] = []
    problems: list[Problem] = []
    readers = [partial(_read, file) for file in files] + [partial(setting, text) for text in settings]
    for reader in readers:
        try:
            documents.append(reader())
        except DocumentError as error:
            problems += error.problems
    if problems:
        raise DocumentError(problems)
    return documents


def _read(file: Path) -> Document:
    return read(file_text(file), str(file))


def _problems(document: Document, findings: Iterable[Finding]) -> list[Problem]:
    return [document.problem(*finding) for finding in findings]


def file_text(file: Path) -> str:
    """Return a file as text; raises `DocumentError` that says why it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        got = (error.strerror or "an error").lower()
        raise DocumentError([Problem(str(file), None, "", "a file that can be read", got, "check the path")]) from error
    except UnicodeDecodeError as error:
        problem = Problem(str(file), None, "", "UTF-8 text", f"byte {error.start} that is none", "save it as UTF-8")
        raise DocumentError([problem]) from error


def _rule_texts(document: Document, values: Values) -> tuple[str, ...]:
    """Return the files of detection rules that the values name, relative to the values file, after reading them as the bridge will."""
    rules = values.bridge.config.rules
    files = [Path(document.place((*RULES, "files", at)).name).parent / named for at, named in enumerate(rules.files)]
    texts = [(str(file), file_text(file)) for file in files]
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
    file = Path(document.place(path).name).parent / named
    text = file_text(file)
    reading = policy_reading.read(text, str(file), reading_version(version))
    if reading.warnings:
        raise DocumentError(reading.warnings)
    if not at_least(version, "1.8") and (told := [*not_in_1_7(reading.policy)]):
        lines = [reading.policy.rules[int(path[1])].line for path, *_ in told]
        raise DocumentError(
            [Problem(str(file), line, path_text(path), *rest) for line, (path, *rest) in zip(lines, told, strict=True)]
        )
    return text
