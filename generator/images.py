"""Names of container images: what is pulled, and from where."""

import re

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


def pulled(image: str, registry: str | None) -> str:
    """Return what nodes pull: the image, below the registry where there is one and the image names none itself."""
    return f"{registry}/{image}" if registry and not names_registry(image) else image


def names_registry(image: str) -> bool:
    """Whether the first part is a host, as container runtimes see it: one with a dot or a port, or localhost."""
    first, slash, _ = image.partition("/")
    return bool(slash) and ("." in first or ":" in first or first == "localhost")


def has_digest(image: str) -> bool:
    """Whether the image can only ever be the same bytes."""
    return _DIGEST.search(image) is not None
