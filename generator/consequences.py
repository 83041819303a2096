"""What another rendering means for the installation that runs: restarts, what must be deleted first, steps on the nodes.

`kubectl apply` and `diff` show what changes; this says what follows from it. Pure: the folder as it was written against
the files as they are rendered now. The API server's rules about fields that may not change are those of Kubernetes' own validation.
"""

from collections.abc import Iterator, Mapping

from audit.document import DocumentError
from generator.objects import Object, objects
from generator.pod_consequences import delete, named, what_restarts, what_stays_behind

Key = tuple[str, str, str, str]
"""Group, kind, namespace and name: what makes two objects the same one."""

IMMUTABLE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "ClusterRoleBinding": (("roleRef",),),
    "DaemonSet": (("spec", "selector"),),
    "Deployment": (("spec", "selector"),),
    "PriorityClass": (("value",), ("preemptionPolicy",)),
    "RoleBinding": (("roleRef",),),
    "Service": (("spec", "clusterIP"),),
    "StatefulSet": (
        ("spec", "selector"),
        ("spec", "serviceName"),
        ("spec", "podManagementPolicy"),
        ("spec", "volumeClaimTemplates"),
    ),
}
"""What the API server refuses to change in an object that exists."""


def consequences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return what follows when the files of `after` are applied where those of `before` were, as sentences.

    Nothing where there was nothing before. What must be done first stands first.
    """
    if not before:
        return []
    same = {path for path, text in after.items() if before.get(path) == text}
    before, after = ({path: files[path] for path in files if path not in same} for files in (before, after))
    old, new = _by_key(before), _by_key(after)
    both = [(old[key], new[key]) for key in new if key in old]
    return [
        *_gone(old, new),
        *(sentence for was, now in both for sentence in _refused(was, now)),
        *(sentence for was, now in both for sentence in what_stays_behind(was, now)),
        *_host(before, after),
        *(sentence for was, now in both for sentence in what_restarts(was, now)),
        *_alerts(before, after),
    ]


def report(before: Mapping[str, str], after: Mapping[str, str], earlier: str | None, version: str) -> str:
    """Return the same as lines for people, with the versions of the generator where those differ; empty where nothing follows."""
    found = consequences(before, after)
    if earlier not in (None, version):
        found = [
            f"audit-generator {earlier} wrote this, and {version} does now: its CHANGELOG.md says what else changes",
            *found,
        ]
    head = "For an installation that was made from what was here:\n" if found else ""
    return head + "".join(f"  - {sentence}\n" for sentence in found)


def _by_key(files: Mapping[str, str]) -> dict[Key, Object]:
    """Return the objects of all files that can be read; what somebody broke by hand is not there."""
    found: dict[Key, Object] = {}
    for path, text in files.items():
        try:
            found |= {(one.group, one.kind, one.namespace, one.name): one for one in objects({path: text})}
        except DocumentError:
            continue
    return found


def _gone(old: Mapping[Key, Object], new: Mapping[Key, Object]) -> Iterator[str]:
    """Tell of what is no longer rendered and would run on: two agents would read one log. A namespace takes along what is in it."""
    gone = {key: one for key, one in old.items() if key not in new}
    namespaces = {one.name for one in gone.values() if one.kind == "Namespace"}
    for one in gone.values():
        if one.namespace not in namespaces:
            more = ", with all that is in it" if one.kind == "Namespace" else ""
            yield f"{named(one)} is no longer rendered, and apply leaves it: before you apply, {delete(one)}{more}"


def _refused(was: Object, now: Object) -> Iterator[str]:
    fields = [path for path in IMMUTABLE.get(now.kind, ()) if _differs(was, now, path)]
    if fields:
        names = " and ".join(".".join(path) for path in fields)
        yield f"{named(now)}: {names} cannot change in place: before you apply, {delete(was)}"


def _differs(was: Object, now: Object, path: tuple[str, ...]) -> bool:
    """Whether a field changes; a cluster IP that is no longer asked for stays as it is."""
    asked = now.dig(*path)
    return asked != was.dig(*path) and not (path == ("spec", "clusterIP") and asked is None)


def _host(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Tell of files of the nodes, which only a person puts there; not of the steps alone."""
    paths = sorted({path for path in (*before, *after) if path.startswith("host/")})
    changed = [
        f"{path} {'changed' if path in before and path in after else 'is new' if path in after else 'is no longer rendered'}"
        for path in paths
        if before.get(path) != after.get(path) and not path.endswith("README.md")
    ]
    if changed:
        yield f"{', '.join(changed)}: follow host/README.md on every control-plane machine; its API server restarts"


def _alerts(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    path = "alerts/alerts.md"
    if path in before and path in after and before[path] != after[path]:
        yield f"{path} changed: alerts that are set up in Loggly by hand are to be compared with it"
