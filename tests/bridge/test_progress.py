"""A bar where the end is known, a count where it is not."""

import pytest

from bridge.progress import progress


@pytest.mark.parametrize(("total", "shown"), [(10, "4/10"), (None, "4 lines")])
def test_how_far_it_has_come(total: int | None, shown: str) -> None:
    bar = progress(total)
    bar.advance(bar.add_task("sent", total=total), 4)
    with bar.console.capture() as captured:
        bar.console.print(bar.get_renderable())
    assert shown in captured.get()
