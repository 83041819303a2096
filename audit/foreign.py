"""What is no audit event, and is shipped all the same: it may be a part of one, broken off in the midst of a Secret.

A text that begins as an event is kept up to its first body. A text that shows any other part of an event or of an object is not
shipped: where its values begin and end, nobody can tell. All other text loses the credentials that can be told in it.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from audit import shapes
from audit.cleaning import DEEPEST, Cleaning, Rules, Unreadable
from audit.scanning import searcher
from audit.shapes import MASK
from audit.text import clean

_COMPRESSED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")  # gzip, zstd
_BODIES = frozenset({"requestobject", "responseobject"})
_OBJECT = r'(?:request|response)Object|"(?:(?:binary|string)?data|managedFields)\\*"\s*:|last-applied'
_PART = rf"{_OBJECT}|(?:requestReceived|stage)Timestamp|authorization\.k8s\.io/(?:decision|reason)"
_BEGUN = re.compile(r"\s*\{[^{}\[\]]{0,200}audit\.k8s\.io/")
_FIRST_OBJECT = re.compile(_OBJECT, re.IGNORECASE)
_QUERY = re.compile(r'(requestURI\\*"\s*:\s*\\*"[^"?]*\?)[^"]*')


class Foreign:
    """Cleans what is no event."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._is_part = searcher(f"(?i){_PART}")
        self._marked = searcher(f"{shapes.PATTERN}|(?i:{_PART})|{rules.credentials.in_json}")

    def record(self, record: Mapping[Any, Any]) -> tuple[Mapping[Any, Any], str]:
        """Return a record that is no event as it may leave, and the note."""
        data = clean(record)
        if not self._marked(data.decode()):
            return record, ""
        whole: dict[str, Any] = orjson.loads(data)
        cleaned: dict[str, Any] = {}
        notes: list[str] = []
        for key, value in whole.items():
            if key.lower() in _BODIES:
                notes.append(f"{key}.unreadable")
                continue
            cleaning = Cleaning(self._rules)
            try:
                cleaned[key] = cleaning.value({key: self._without_parts(value, cleaning.done, DEEPEST)}, 0, DEEPEST)[
                    key
                ]
            except (KeyError, RecursionError, Unreadable):
                cleaned[key] = MASK
                cleaning.done.add("unreadable")
            notes += [f"{_place(key)}.{one}" for one in sorted(cleaning.done)]
        return cleaned, ", ".join(notes)

    def may_ship(self, data: bytes) -> bool:
        """Tell whether bytes show nothing of an event, and are not compressed, so that they can be looked through."""
        return not (data.startswith(_COMPRESSED) or self._marked(data.decode("utf-8", "replace")))

    def _without_parts(self, value: Any, done: set[str], levels: int) -> Any:
        """Remove bodies, and texts that are parts of events."""
        if not levels:
            raise Unreadable
        if isinstance(value, dict):
            kept = {key: one for key, one in value.items() if key.lower() not in _BODIES}
            done |= {"unreadable"} if len(kept) < len(value) else set()
            return {key: self._without_parts(one, done, levels - 1) for key, one in kept.items()}
        if isinstance(value, list):
            return [self._without_parts(one, done, levels - 1) for one in value]
        if not isinstance(value, str) or not self._is_part(value):
            return value
        done.add("unreadable")
        if not _BEGUN.match(value):
            return MASK
        found = _FIRST_OBJECT.search(value)
        return _QUERY.sub(rf"\1{MASK}", value[: found.start()] + MASK if found else value)


def _place(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z]{1,40}", key) else "record"
