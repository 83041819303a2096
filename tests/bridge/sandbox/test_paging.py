from bridge.sandbox.events import Event
from bridge.sandbox.paging import Page, Pages

EVENTS = [Event(number, 0, 0, (), b"x", is_json=False) for number in range(5)]


def test_pages_lead_to_each_other_and_end() -> None:
    pages = Pages()
    page: Page | None = pages.first(EVENTS, 2, now=0)
    found = []
    while page is not None:
        found.append(page.events)
        page = pages.next(page.following, now=1) if page.following else None
    assert [EVENTS[:2], EVENTS[2:4], EVENTS[4:]] == found


def test_a_full_last_page_has_no_next() -> None:
    assert Pages().first(EVENTS, 5, now=0) == Page(EVENTS, None)
    assert Pages().first([], 5, now=0) == Page([], None)


def test_a_page_can_be_asked_for_again() -> None:
    pages = Pages()
    following = pages.first(EVENTS, 2, now=0).following
    assert following is not None
    assert pages.next(following, now=1) == pages.next(following, now=2)


def test_an_id_expires_ten_minutes_after_its_last_use() -> None:
    pages = Pages()
    following = pages.first(EVENTS, 2, now=0).following
    assert following is not None
    assert pages.next(following, now=599) is not None
    assert pages.next(following, now=599 + 599.9) is not None
    assert pages.next(following, now=599 + 599.9 + 600) is None


def test_a_kept_search_is_read_by_page_number() -> None:
    pages = Pages()
    identifier = pages.keep(EVENTS, 2, now=0)
    assert pages.numbered(identifier, 1, now=1) == (5, EVENTS[2:4])
    assert pages.numbered(identifier, 9, now=2) == (5, [])
    assert pages.numbered(identifier, 0, now=602) is None
    assert pages.numbered("unknown", 0, now=1) is None


def test_clear_forgets_all_searches() -> None:
    pages = Pages()
    identifier = pages.keep(EVENTS, 2, now=0)
    pages.clear()
    assert pages.numbered(identifier, 0, now=1) is None
