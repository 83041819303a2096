"""What the webhook says to a request: a `Status` of Kubernetes, whose message the API server writes into its own log.

Apart from its HTTP, which only a bridge with a webhook loads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson

REASONS: Final = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    405: "MethodNotAllowed",
    413: "RequestEntityTooLarge",
    415: "UnsupportedMediaType",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
}
"""Kubernetes' words for statuses (apimachinery `pkg/apis/meta/v1`, StatusReason)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a request: 200, or why not, in a sentence; headers beside the usual ones."""

    status: int
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """Return a `Status` of Kubernetes."""
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "code": self.status}
        if self.status == 200:
            return orjson.dumps({**status, "status": "Success"})
        reason = REASONS.get(self.status, "")
        return orjson.dumps({**status, "status": "Failure", "reason": reason, "message": self.message})
