import orjson

from audit import sightings
from audit.builtin import builtin
from audit.event import from_line
from audit.settings import Identity
from audit.sightings import Request, Sightings, depth, shallower
from tests.support.log import line

PACK = builtin().pack
IDS = [one.name for one in PACK.told()]
JENKINS = "system:serviceaccount:ci:jenkins"
REQUEST = ("an-id", "alice", "watch", "/api/v1/secrets")


def seen(found: Sightings, name: str) -> tuple[int, list[int]]:
    index = IDS.index(name)
    return found.matched[index], [column[index] for column in found.seen]


def add(found: Sightings, event: bytes, levels: list[str], request: Request = REQUEST) -> list[str]:
    return [IDS[index] for index in found.add(from_line(event), lambda: orjson.loads(event), request, levels)]


def test_a_request_is_counted_once_for_all_its_stages() -> None:
    """A column that shows only the later stage shows the request, too."""
    found = Sightings(PACK, 3)
    started = add(found, line("alice", "watch", "secrets", stage="ResponseStarted"), ["Metadata", "None", "None"])
    ended = add(found, line("alice", "watch", "secrets"), ["Metadata", "Metadata", "None"])
    assert (["secret-viewed"], []) == (started, ended)
    assert (1, [1, 1, 0]) == seen(found, "secret-viewed")


def test_an_audit_id_alone_tells_no_request_from_others() -> None:
    """The caller chooses it."""
    found = Sightings(PACK, 1)
    add(found, line("alice", "watch", "secrets", stage="ResponseStarted"), ["Metadata"])
    add(found, line("bob", "watch", "secrets"), ["Metadata"], ("an-id", "bob", "watch", "/api/v1/secrets"))
    assert (2, [2]) == seen(found, "secret-viewed")


def test_a_rule_about_content_needs_it() -> None:
    found = Sightings(PACK, 3)
    body = {"spec": {"hostNetwork": True, "containers": []}}
    add(
        found,
        line("alice", "create", "pods", level="Metadata", requestObject=body),
        ["RequestResponse", "Request", "Metadata"],
    )
    assert (1, [1, 1, 0]) == seen(found, "host-network-pod")
    assert (1, [1, 1, 1]) == seen(found, "human-change")
    assert (0, [0, 0, 0]) == seen(found, "privileged-container")


def test_a_rule_that_counts_has_what_it_counts() -> None:
    found = Sightings(PACK, 1)
    for number in range(3):
        add(found, line("alice", "list", "pods", code=403), ["Metadata"], (str(number), "alice", "list", ""))
    assert (3, [3]) == seen(found, "access-denied-burst")


def test_identities_are_known_by_their_labels() -> None:
    event = line(JENKINS, "patch", "configmaps", level="Metadata")
    unknown, known = Sightings(PACK, 1), Sightings(PACK, 1, [Identity(label="jenkins", users=(JENKINS,))])
    assert ([], ["ci-change"]) == (add(unknown, event, ["Metadata"]), add(known, event, ["Metadata"]))


def test_what_matches_nothing() -> None:
    found = Sightings(PACK, 1)
    assert [] == add(found, line("system:kube-scheduler", "get", "pods"), ["Metadata"])


def test_requests_that_never_end_are_forgotten_in_time() -> None:
    found = Sightings(PACK, 1)
    event = line("alice", "watch", "secrets", stage="ResponseStarted")
    for number in range(sightings.REMEMBERED + 10):
        add(found, event, ["Metadata"], (str(number), "alice", "watch", ""))
    assert sightings.REMEMBERED == len(found._begun)


def test_depth() -> None:
    assert [0, 1, 2, 3, 0] == [depth(level) for level in ("None", "Metadata", "Request", "RequestResponse", "else")]


def test_the_shallower_level() -> None:
    assert ["Metadata", "Request"] == [shallower("Metadata", "Request"), shallower("RequestResponse", "Request")]
