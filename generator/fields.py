"""The kinds of single values that a values file may hold, and the closed model that all parts of it are.

Each kind says what it wants in words, for errors and for the reference page.
"""

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel

from audit.document import Matching, refusal


def _without_host_bits(value: str) -> str:
    """Refuse a range that is none, or whose address is not its first: one of the two was meant otherwise."""
    try:
        ip_network(value)
    except ValueError as error:
        raise refusal(
            "a range of addresses that begins with its first", "write 203.0.113.0/24 or 203.0.113.7/32"
        ) from error
    return value


Name = Annotated[
    str, Matching(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", "1-63 lower-case letters, digits and '-', as in a DNS label")
]
LabelValue = Annotated[
    str, Matching(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?", "at most 63 letters, digits, '-', '_' and '.'")
]
LabelKey = Annotated[
    str,
    Matching(
        r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?",
        "a label key, such as team or example.com/team",
    ),
]
ClusterName = Annotated[
    str, Matching(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?", "1-63 letters, digits, '-', '_' and '.'")
]
SecretKey = Annotated[str, Matching(r"[-._a-zA-Z0-9]{1,253}", "letters, digits, '-', '_' and '.'")]
AnnotationKey = Annotated[
    str,
    Matching(
        r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?",
        "an annotation's key, such as example.com/contact",
    ),
]
Image = Annotated[
    str,
    Matching(
        r"[a-z0-9][a-z0-9._-]*(:\d+(?=/))?(/[a-z0-9._-]+)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?",
        "an image, such as registry.example.com/fluentd:1.19, with or without @sha256: and 64 hexadecimal digits",
    ),
]
Cidr = Annotated[
    str,
    Matching(r"[0-9a-fA-F.:]+/\d{1,3}", "a range of addresses, such as 203.0.113.0/24"),
    AfterValidator(_without_host_bits),
]
AbsolutePath = Annotated[
    str,
    Matching(
        r"(/[A-Za-z0-9._-]*[A-Za-z0-9_-])+",
        "an absolute path of letters, digits, '.', '_' and '-'",
        "name one exact path",
    ),
]
Quantity = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if type(value) is int else value, json_schema_input_type=int | str),
    Matching(r"\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?", "a Kubernetes quantity, such as 100m or 256Mi"),
]
Tag = Annotated[
    str,
    Matching(
        r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "1-64 letters, digits, '.', '_' and '-'", "remove the entry or name it"
    ),
]


class Model(BaseModel):
    """Frozen, and closed: an unknown key is an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=True, use_attribute_docstrings=True
    )
