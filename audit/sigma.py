"""Files of Sigma rules to rules: detections, correlations that count, and filters, several in a file if need be.

Names are Sigma's `name`, or the title in lower case with hyphens; they are unique over all files. Correlations and filters
refer to rules of any file. What cannot be read is a problem with its file and line, what can never match a warning; neither
keeps the other rules from being read.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sigma.correlations import (
    SigmaCorrelationCondition,
    SigmaCorrelationConditionOperator,
    SigmaCorrelationRule,
    SigmaCorrelationType,
)
from sigma.exceptions import SigmaError
from sigma.filters import SigmaFilter
from sigma.rule import SigmaRule

from audit.document import Document, DocumentError, read
from audit.predicates import Some, fields, possible
from audit.problems import Path, Problem, shown
from audit.rule_fields import Field
from audit.rule_fields import field as field_of
from audit.rules import SEVERITIES, About, Counting, Pack, Rule, Severity, deepest
from audit.sigma_compiling import Compiler, Refused

MOST_COUNTED = 1_000
"""The highest count that a correlation may wait for: so many events are remembered a group."""

_NAME = re.compile(r"\w[\w.-]*", re.ASCII)
_SEPARATOR = re.compile(r"^---(?=\s|$).*\n?", re.MULTILINE)
_COUNTS = (SigmaCorrelationType.EVENT_COUNT, SigmaCorrelationType.VALUE_COUNT)
_AT_LEAST = {SigmaCorrelationConditionOperator.GTE: 0, SigmaCorrelationConditionOperator.GT: 1}


@dataclass(slots=True)
class Read:
    """What files of rules hold: the rules that can be used, what cannot, and what never will match."""

    pack: Pack = field(default_factory=Pack)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def read_rules(files: Iterable[tuple[str, str]]) -> Read:
    """Read rules from files, each as its name and its text. Never raises."""
    reader = _Reader()
    documents = [document for name, text in files for document in reader.documents(name, text)]
    for kind in (_Reader.filter, _Reader.rule, _Reader.counting):
        for document in documents:
            kind(reader, document)
    counted = {name for names in reader.quiet.values() for name in names}
    rules = [_silent(rule) if rule.name in counted else rule for rule in reader.rules.values()]
    by_name = {rule.name: rule for rule in rules}
    countings = [_with(counting, by_name) for counting in reader.countings.values()]
    return Read(Pack(tuple(rules), tuple(countings)), reader.problems, reader.warnings)


def slug(title: str) -> str:
    """Return a title as a name: lower case, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


class _Reader:
    """Reads one kind of document after the other, and gathers what is wrong."""

    def __init__(self) -> None:
        self.filters: list[SigmaFilter] = []
        self.rules: dict[str, Rule] = {}
        self.countings: dict[str, Counting] = {}
        self.quiet: dict[str, tuple[str, ...]] = {}
        """The rules that are only counted, by who counts them."""
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def documents(self, name: str, text: str) -> list[Document]:
        """Take a file apart into its documents, each with its lines as in the file."""
        found: list[Document] = []
        start = 0
        for end in [*(match.start() for match in _SEPARATOR.finditer(text)), len(text)]:
            part = _SEPARATOR.sub("\n", text[start:end], count=1)
            if part.strip():
                try:
                    found.append(read("\n" * text.count("\n", 0, start) + part, name))
                except DocumentError as error:
                    self.problems += error.problems
            start = end
        return [one for one in found if one.data]

    def filter(self, document: Document) -> None:
        """Read a document that takes something out of rules."""
        if "filter" in document.data and (read := self._parsed(SigmaFilter, document)):
            self.filters.append(read)

    def rule(self, document: Document) -> None:
        """Read a document about one event."""
        if "action" in document.data:
            self._refuse(document, ("action",), "whole rules", "an action", "write each rule out")
        elif not {"filter", "correlation"} & document.data.keys() and (source := self._parsed(SigmaRule, document)):
            about = self._about(document, source)
            if about is None:
                return
            compiler = Compiler()
            try:
                for one in self.filters:
                    one.apply_on_rule(source)
                predicate = Some([compiler.compile(parsed.parsed) for parsed in source.detection.parsed_condition])
            except Refused as refused:
                self._refuse(document, _where(document, refused.at), refused.want, refused.got, refused.cure)
                return
            except SigmaError as error:
                self._refuse(document, ("detection",), "a detection that Sigma knows", str(error), "correct it")
                return
            whole = predicate.parts[0] if len(predicate.parts) == 1 else predicate
            level = deepest([found.level for found in fields(whole)])
            self.rules[about.name] = Rule(about, whole, level, told=True, source=source)
            for doubt in compiler.doubts:
                self._warn(document, _where(document, doubt.at), doubt.want, doubt.got, "correct it or leave it out")
            if not possible(whole):
                self._warn(document, ("detection",), "a rule that can match", "one that never can", "see the above")

    def counting(self, document: Document) -> None:
        """Read a document that counts what other rules say."""
        if "correlation" not in document.data or not (source := self._parsed(SigmaCorrelationRule, document)):
            return
        about = self._about(document, source)
        if about is None:
            return
        try:
            counting = self._counted(about, source)
        except Refused as refused:
            self._refuse(document, ("correlation", refused.at), refused.want, refused.got, refused.cure)
            return
        self.countings[about.name] = counting
        if not source.generate:
            self.quiet[about.name] = tuple(rule.name for rule in counting.rules)

    def _counted(self, about: About, source: SigmaCorrelationRule) -> Counting:
        condition = source.condition
        if source.type not in _COUNTS or not isinstance(condition, SigmaCorrelationCondition):
            raise Refused("event_count or value_count", source.type.name.lower(), "others need more memory", "type")
        if condition.op not in _AT_LEAST:
            raise Refused("gte or gt", condition.op.name.lower(), "what did not happen shows in no event", "condition")
        count = int(condition.count) + _AT_LEAST[condition.op]
        if not 1 <= count <= MOST_COUNTED:
            raise Refused(f"a count from 1 to {MOST_COUNTED}", str(count), "count less", "condition")
        names = condition.fieldref if isinstance(condition.fieldref, list) else [condition.fieldref]
        of = _known(names[0], "condition") if source.type is SigmaCorrelationType.VALUE_COUNT and names[0] else None
        rules = tuple(self._referred(reference.reference) for reference in source.rules or ())
        group_by = tuple(_known(name, "group-by") for name in source.group_by or ())
        return Counting(about, rules, group_by, source.timespan.seconds, count, of, source)

    def _referred(self, reference: str) -> Rule:
        for rule in self.rules.values():
            if reference in (rule.name, str(rule.source.id)):
                return rule
        raise Refused("the name or id of a rule", repr(reference), "name one of the files' rules", "rules")

    def _parsed(self, kind: Any, document: Document) -> Any:
        try:
            source = kind.from_dict(dict(document.data), collect_errors=True)
        except (SigmaError, AttributeError, KeyError, TypeError, ValueError) as error:  # of the wrong kind of value
            self._refuse(document, (), "a Sigma rule", shown(str(error)), "compare with the specification")
            return None
        for one in source.errors:
            self._refuse(document, _place_of(one), "what Sigma knows", str(one), "correct it")
        return None if source.errors else source

    def _about(self, document: Document, source: SigmaRule | SigmaCorrelationRule) -> About | None:
        name = source.name or slug(source.title)
        if not _NAME.fullmatch(name):
            self._refuse(document, ("name",), "letters, digits, '-', '_' and '.'", shown(name), "name it as a word")
            return None
        if name in self.rules or name in self.countings:
            self._refuse(document, ("name",), "a name of its own", shown(name), "choose another")
            return None
        data = document.data
        return About(
            name=name,
            title=source.title,
            severity=_severity(source),
            description=" ".join((source.description or "").split()),
            author=source.author or "",
            license=source.license or "",
            tags=tuple(map(str, source.tags)),
            references=tuple(map(str, source.references)),
            false_positives=tuple(map(str, source.falsepositives)),
            file=document.name,
            line=document.line(("title",)) if "title" in data else document.line(()),
        )

    def _refuse(self, document: Document, path: Path, want: str, got: str, cure: str) -> None:
        self.problems.append(document.problem(path, want, got, cure))

    def _warn(self, document: Document, path: Path, want: str, got: str, cure: str) -> None:
        self.warnings.append(document.problem(path, want, got, cure))


def _severity(source: SigmaRule | SigmaCorrelationRule) -> Severity:
    name = source.level.name.lower() if source.level else "medium"
    return next((one for one in SEVERITIES if one == name), "medium")


def _known(name: str, at: str) -> Field:
    found = field_of(name)
    if found is None:
        raise Refused("a field of audit events", repr(name), "see docs/rules.md", at)
    return found


def _where(document: Document, name: str) -> Path:
    """Return where a field stands in a rule's detection, whatever its modifiers."""
    for path in document.lines:
        if path[:1] == ("detection",) and isinstance(path[-1], str) and path[-1].partition("|")[0] == name:
            return path
    return ("detection",)


def _place_of(error: SigmaError) -> Path:
    """Guess from the kind of an error where it stands: pySigma does not say."""
    kind = type(error).__name__.lower()
    parts = ("logsource", "correlation", "filter", "level", "status", "date", "tags", "title", "name", "detection")
    return (next((part for part in parts if part.rstrip("s") in kind), "detection"),)


def _silent(rule: Rule) -> Rule:
    return replace(rule, told=False)


def _with(counting: Counting, rules: Mapping[str, Rule]) -> Counting:
    return Counting(
        counting.about,
        tuple(rules[rule.name] for rule in counting.rules),
        counting.group_by,
        counting.seconds,
        counting.count,
        counting.of,
        counting.source,
    )
