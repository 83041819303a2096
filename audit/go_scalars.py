"""What a scalar of YAML is to go-yaml 2 (its `resolve.go`): YAML 1.1 without base 60, and dates stay text."""

import base64
import binascii
import math
import re

PREFIX = "tag:yaml.org,2002:"
"""What the tags of YAML's own kinds begin with."""

_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_NULL = frozenset(["", "~", "null", "Null", "NULL"])
_NO_NUMBERS = {
    **{sign + word: float(f"{sign}inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)")
_TIME = re.compile(r"\d{4}-\d\d?-\d\d?(?:(?:[Tt]|\s+)\d\d?:\d\d?:\d\d?.*)?", re.DOTALL)

Scalar = str | int | float | None


def scalar(kind: str, text: str) -> Scalar:
    """Return a scalar's value, infinity included; `kind` is its tag without the prefix, "" for a plain one.

    Raises `ValueError` where the text is nothing of the kind.
    """
    if kind == "binary":
        try:
            return base64.b64decode(text, validate=True).decode("utf-8", "replace")
        except binascii.Error as error:
            raise ValueError(text) from error
    if kind not in ("", "bool", "int", "float", "null"):
        return text
    value = _plain(text)
    if kind in ("", _kind(value)) or (kind == "float" and _kind(value) == "int"):
        return value
    raise ValueError(text)


def _kind(value: Scalar) -> str:
    return "null" if value is None else type(value).__name__


def _plain(text: str) -> Scalar:
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if text in _NO_NUMBERS:
        return _NO_NUMBERS[text]
    if text[0] not in "+-.0123456789" or _TIME.fullmatch(text):
        return text
    return _number(text)


def _number(text: str) -> int | float | str:
    digits = text.replace("_", "") if text[0] != "." else text
    if whole := _WHOLE.fullmatch(digits):
        sign, magnitude = whole.groups()
        octal = magnitude[0] == "0" and magnitude.isdecimal() and magnitude != "0"
        number = int(sign + magnitude, 8 if octal else 0)
        if -(1 << 63) <= number < 1 << (63 if sign else 64):
            return number
    if _FLOAT.fullmatch(digits):
        value = float(digits)
        return text if math.isinf(value) else value
    return text
