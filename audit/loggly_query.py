"""Sigma rules as Loggly searches, in the forms of Loggly's language that are seen to work; everything else is refused, with the reason.

Positive terms on whole values, AND, OR, parentheses, and ranges of numbers: no NOT, no wildcards inside words, no expressions.
What cannot be said so is found by `json.audit.rules`, which the bridge writes.
"""

# ruff: noqa: ARG002 - the arguments are those of pySigma's interface

import re
from typing import Any, ClassVar

from sigma.conversion.base import TextQueryBackend
from sigma.conversion.state import ConversionState
from sigma.exceptions import SigmaError, SigmaFeatureNotSupportedByBackendError
from sigma.rule import SigmaRule
from sigma.types import CompareOperators, SigmaString

from audit.predicates import demanded
from audit.rule_fields import DECISION, Field, field
from audit.rules import Counting, Rule, Told

LONGEST = 4_000
"""Characters of a search: a deep link has to fit into a URL."""

_MOST = 2_147_483_647
_BARE = re.compile(r"\w[\w-]*", re.ASCII)
_QUOTABLE = re.compile(r'[^"\\]+')
_ANSWERED = "(json.stage:ResponseStarted OR json.stage:ResponseComplete OR json.stage:Panic)"


class Inexpressible(Exception):  # noqa: N818 - a finding about a rule, not a fault
    """What Loggly's language cannot say of a rule."""


def native(rule: Told) -> str:
    """Return the search that a rule comes to in the event's own fields; raises Inexpressible with the reason.

    Of a rule that counts, the search for what it counts. A request that runs long is found twice, at its beginning and end.
    """
    rules = rule.rules if isinstance(rule, Counting) else (rule,)
    queries = [_converted(one) for one in rules]
    text = queries[0] if len(queries) == 1 else " OR ".join(f"({query})" for query in queries)
    if len(text) > LONGEST:
        raise Inexpressible(f"the search would have {len(text)} characters")
    return text


def _converted(rule: Rule) -> str:
    if rule.excepted:
        raise Inexpressible("exceptions take something out of it, and NOT is not confirmed")
    try:
        queries = LogglyBackend().convert_rule(rule.source)
    except SigmaError as error:
        raise Inexpressible(str(error)) from None
    except (NotImplementedError, TypeError, AttributeError):  # forms for which pySigma has no default
        raise Inexpressible("a form that Loggly's language does not have") from None
    text = " OR ".join(f"({query})" for query in queries) if len(queries) > 1 else str(queries[0])
    if demanded(rule.predicate, "audit.verdict") is not None:
        return text
    return f"({text}) AND {_ANSWERED}"


class LogglyBackend(TextQueryBackend):
    """Converts one rule after the other; where a form is not confirmed it raises SigmaFeatureNotSupportedByBackendError."""

    name: ClassVar[str] = "Loggly"
    formats: ClassVar[dict[str, str]] = {"default": "Loggly searches"}
    requires_pipeline: ClassVar[bool] = False
    parenthesize: bool = True
    group_expression: ClassVar[str | None] = "({expr})"
    or_token: ClassVar[str] = "OR"  # noqa: S105 - a word of the language
    and_token: ClassVar[str] = "AND"  # noqa: S105 - a word of the language
    not_token: ClassVar[str] = "NOT"  # noqa: S105 - a word of the language
    eq_token: ClassVar[str] = ":"  # noqa: S105 - a word of the language

    def convert_rule(self, rule: SigmaRule, output_format: str | None = None, callback: Any = None) -> list[Any]:
        """Convert a rule, whether pySigma would show it or only count it."""
        self.init_processing_pipeline(output_format)
        return [
            self.convert_condition(condition.parsed, ConversionState()) for condition in rule.detection.parsed_condition
        ]

    def convert_condition_not(self, cond: Any, state: ConversionState) -> Any:
        """Refuse: NOT is not confirmed."""
        raise _refusal("it excludes something, and NOT is not confirmed")

    def convert_condition_field_eq_val_str(self, cond: Any, state: ConversionState) -> str:
        """Compare a whole value."""
        value: SigmaString = cond.value
        if not all(isinstance(part, str) for part in value.s) or not value.s:
            raise _refusal(f"it looks for a part of {cond.field}, and wildcards inside words are not confirmed")
        text = "".join(map(str, value.s))
        decides = cond.field == "responseStatus.code" and text.lower() in ("allow", "forbid")
        return f"{_path(DECISION if decides else field(cond.field), cond.field)}:{_value(text)}"

    def convert_condition_field_eq_val_str_case_sensitive(self, cond: Any, state: ConversionState) -> str:
        """Refuse: searches mind no case."""
        raise _refusal(f"it minds the case of {cond.field}")

    def convert_condition_field_eq_val_num(self, cond: Any, state: ConversionState) -> str:
        """Compare a number."""
        return f"{_path(field(cond.field), cond.field)}:{_value(str(cond.value))}"

    def convert_condition_field_eq_val_bool(self, cond: Any, state: ConversionState) -> str:
        """Compare true and false."""
        return f"{_path(field(cond.field), cond.field)}:{str(cond.value).lower()}"

    def convert_condition_field_compare_op_val(self, cond: Any, state: ConversionState) -> str:
        """Compare with a range."""
        number, path = int(cond.value.number.number), _path(field(cond.field), cond.field)
        match cond.value.op:
            case CompareOperators.LT:
                low, high = 0, number - 1
            case CompareOperators.LTE:
                low, high = 0, number
            case CompareOperators.GT:
                low, high = number + 1, _MOST
            case CompareOperators.GTE:
                low, high = number, _MOST
            case _:
                raise _refusal(f"it excludes a value of {cond.field}, and NOT is not confirmed")
        return f"{path}:[{low} TO {high}]"

    def convert_condition_field_eq_val_null(self, cond: Any, state: ConversionState) -> str:
        """Refuse: absence cannot be searched for."""
        raise _refusal(f"it asks whether {cond.field} is absent")

    def convert_condition_field_eq_val_exists(self, cond: Any, state: ConversionState) -> str:
        """Refuse: presence cannot be searched for."""
        raise _refusal(f"it asks whether {cond.field} is there")

    convert_condition_field_exists = convert_condition_field_eq_val_exists
    convert_condition_field_not_exists = convert_condition_field_eq_val_null

    def convert_condition_field_eq_val_re(self, cond: Any, state: ConversionState) -> str:
        """Refuse: regular expressions are not confirmed."""
        raise _refusal(f"it has an expression for {cond.field}, and those are not confirmed")

    def convert_condition_field_eq_val_cidr(self, cond: Any, state: ConversionState) -> str:
        """Refuse: networks cannot be searched for."""
        raise _refusal(f"it asks whether {cond.field} is in a network")

    def convert_condition_field_eq_field(self, cond: Any, state: ConversionState) -> str:
        """Refuse: fields cannot be compared."""
        raise _refusal("it compares two fields")


def _path(known: Field | None, name: str) -> str:
    if known is None:
        raise _refusal(f"no event has {name}")
    if known.level != "Metadata":
        raise _refusal(f"it looks into the body, at {name}, which is shipped as one text")
    if not known.loggly:
        raise _refusal(f"{name} cannot be searched for")
    return known.loggly


def _value(text: str) -> str:
    if _BARE.fullmatch(text):
        return text
    if not _QUOTABLE.fullmatch(text):
        raise _refusal("a value has quotes or backslashes")
    return f'"{text}"'


def _refusal(why: str) -> SigmaFeatureNotSupportedByBackendError:
    return SigmaFeatureNotSupportedByBackendError(why)
