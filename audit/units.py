"""What the configuration's keys are made of: durations, sizes, names, and the closed model that every part of it is.

Durations are text with a unit (`200ms`, `50s`, `2m`), sizes whole bytes or text (`5MB`, `64MiB`).
"""

import re
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from audit.checking import Matching, refusal

DURATIONS = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60), "h": Decimal(3600)}
SIZES = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_NUMBER = r"([0-9]{1,18}(?:\.[0-9]{1,30})?)"

ADDRESS = Matching(r"https?://[^/?#@\s]+", "scheme and host, such as https://logs-01.loggly.com", "leave out the rest")
TAG = Matching(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "1-64 letters, digits, '.', '_' and '-', no sign first")


def is_url(text: str) -> bool:
    """Tell whether a text can be taken apart as a URL with a host: brackets only around IPv6, ports up to 65535."""
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _taken_apart(text: str) -> str:
    if not is_url(text):
        raise refusal(ADDRESS.want, "correct the host or the port")
    return text


def seconds(value: Any) -> Any:
    """Turn `50s` into 50.0; anything that is not text with a unit is refused, for a bare number hides its unit."""
    match = re.fullmatch(rf"{_NUMBER}(ms|s|m|h)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a duration with its unit, such as 200ms, 50s or 2m")
    return float(Decimal(match[1]) * DURATIONS[match[2]])


def size(value: Any) -> Any:
    """Turn `5MB` into 5000000; a whole number is bytes already."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = re.fullmatch(rf"{_NUMBER} ?(B|[kK]B|MB|GB|KiB|MiB|GiB)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a size in bytes or with its unit, such as 5000000, 5MB or 64MiB")
    return int(Decimal(match[1]) * SIZES[match[2]])


def duration_text(value: float) -> str:
    """Write seconds as the configuration does: `0.2` is `200ms`."""
    number, unit = (Decimal(repr(value)), "s") if value >= 1 else (Decimal(repr(value)) * 1000, "ms")
    return f"{number.normalize():f}{unit}"


Seconds = Annotated[
    float, BeforeValidator(seconds, json_schema_input_type=str), PlainSerializer(duration_text), Field(gt=0)
]
Bytes = Annotated[int, BeforeValidator(size, json_schema_input_type=int | str), Field(gt=0)]
Origin = Annotated[str, ADDRESS, AfterValidator(_taken_apart)]
Port = Annotated[int, Field(ge=0, le=65535, strict=True)]
Count = Annotated[int, Field(gt=0, strict=True)]


class Model(BaseModel):
    """Frozen, and closed: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
