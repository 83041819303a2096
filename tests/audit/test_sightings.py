from audit import sightings
from audit.detections import DETECTIONS
from audit.event import from_line
from audit.sightings import Request, Sightings, depth, shallower
from tests.support.log import line

IDS = [detection.id for detection in DETECTIONS]
REQUEST = ("an-id", "alice", "watch", "/api/v1/secrets")


def seen(found: Sightings, name: str) -> tuple[int, list[int]]:
    index = IDS.index(name)
    return found.matched[index], [column[index] for column in found.seen]


def add(found: Sightings, event: bytes, levels: list[str], request: Request = REQUEST) -> list[str]:
    return [IDS[index] for index in found.add(from_line(event), request, levels)]


def test_a_request_is_counted_once_for_all_its_stages() -> None:
    """A column that shows only the later stage shows the request, too."""
    found = Sightings(DETECTIONS, 3)
    started = add(found, line("alice", "watch", "secrets", stage="ResponseStarted"), ["Metadata", "None", "None"])
    ended = add(found, line("alice", "watch", "secrets"), ["Metadata", "Metadata", "None"])
    assert (["secret-viewed"], []) == (started, ended)
    assert (1, [1, 1, 0]) == seen(found, "secret-viewed")


def test_an_audit_id_alone_tells_no_request_from_others() -> None:
    """The caller chooses it."""
    found = Sightings(DETECTIONS, 1)
    add(found, line("alice", "watch", "secrets", stage="ResponseStarted"), ["Metadata"])
    add(found, line("bob", "watch", "secrets"), ["Metadata"], ("an-id", "bob", "watch", "/api/v1/secrets"))
    assert (2, [2]) == seen(found, "secret-viewed")


def test_a_detection_of_content_needs_it() -> None:
    found = Sightings(DETECTIONS, 3)
    add(found, line("alice", "create", "pods"), ["RequestResponse", "Request", "Metadata"])
    assert (1, [1, 1, 0]) == seen(found, "pod-content")
    assert (1, [1, 1, 1]) == seen(found, "human-change")


def test_what_matches_nothing() -> None:
    found = Sightings(DETECTIONS, 1)
    assert [] == add(found, line("system:kube-scheduler", "get", "pods"), ["Metadata"])


def test_requests_that_never_end_are_forgotten_in_time() -> None:
    found = Sightings(DETECTIONS, 1)
    event = line("alice", "watch", "secrets", stage="ResponseStarted")
    for number in range(sightings.REMEMBERED + 10):
        add(found, event, ["Metadata"], (str(number), "alice", "watch", ""))
    assert sightings.REMEMBERED == len(found._begun)


def test_depth() -> None:
    assert [0, 1, 2, 3, 0] == [depth(level) for level in ("None", "Metadata", "Request", "RequestResponse", "else")]


def test_the_shallower_level() -> None:
    assert ["Metadata", "Request"] == [shallower("Metadata", "Request"), shallower("RequestResponse", "Request")]
