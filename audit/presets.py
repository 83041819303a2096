"""Audit policies that are shipped as data: `presets/*.yaml`, each with a comment a rule that says what it keeps or drops.

A file is written for the newest API server. What older ones do not know is one key and the name of the API version, and
`preset` writes those as the release wants them; no rule differs between releases.
"""

from importlib import resources

from audit.releases import at_least

PRESETS = ("recommended", "metadata", "cis", "gce")
"""The names, the default first."""

FIRST = "1.9"
"""The oldest release for which the presets are right: 1.8 does not know `omitStages` of a whole policy, and takes a failed
login for a member of every group."""

_API_VERSION = "apiVersion: audit.k8s.io/v1\n"
_MANAGED_FIELDS = "omitManagedFields: true\n"


def preset(name: str, version: str | None = None) -> str:
    """Return the text of a preset for a release such as `1.36`; without one, for the newest.

    Before 1.12 the API version is v1beta1; before 1.23 `omitManagedFields`, which the API server would ignore, is left
    out. Raises `KeyError` for a name that is not in `PRESETS`.
    """
    if name not in PRESETS:
        raise KeyError(name)
    text = (resources.files("audit") / "presets" / f"{name}.yaml").read_text(encoding="utf-8")
    if version is not None and not at_least(version, "1.12"):
        text = text.replace(_API_VERSION, _API_VERSION.replace("v1", "v1beta1"))
    if version is not None and not at_least(version, "1.23"):
        text = _without_paragraph(text, _MANAGED_FIELDS)
    return text


def _without_paragraph(text: str, line: str) -> str:
    """Leave out the paragraph that ends in a line: the key and the comment above it."""
    return "\n\n".join(part for part in text.split("\n\n") if not f"{part}\n".endswith(f"\n{line}"))
