from bridge.sandbox.statistics import Seen, Statistics


def seen(status: int | None, chunks: int = 0) -> Seen:
    return Seen(5, 1, "POST", "/bulk/***/", status, None, ("a",), 10, chunks, 2, "text/plain", None, "curl")


def test_requests_are_counted_by_status_and_path() -> None:
    statistics = Statistics()
    for one in (seen(200), seen(200, chunks=3), seen(None)):
        statistics.count(one)
    statistics.count_stored(10, 11, 1)
    assert statistics.as_json() == {
        "requests": {"200": 2, "none": 1},
        "paths": {"/bulk/***/": 3},
        "body_bytes": 10,
        "counted_bytes": 11,
        "received_chunks": 3,
        "dropped": 1,
    }


def test_the_last_requests_are_shown_whole() -> None:
    statistics = Statistics()
    statistics.count(seen(None))
    assert statistics.requests_as_json() == [
        {
            "at_ms": 5,
            "connection": 1,
            "method": "POST",
            "path": "/bulk/***/",
            "status": None,
            "fault": None,
            "tags": ("a",),
            "body_bytes": 10,
            "chunks": 0,
            "events": 2,
            "content_type": "text/plain",
            "content_encoding": None,
            "user_agent": "curl",
        }
    ]
