"""Positions are on the disk when they are written, whole, and one bridge's alone."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import ConfigError
from bridge.position import Position
from bridge.positions import RETRY_SECONDS, Keeper, Positions
from tests.support import virtual_time

HERE, THERE = Position(offset=1, inode=2), Position(offset=5, inode=2)


async def at_once(function: Callable[..., Any], /, *arguments: Any) -> Any:
    return function(*arguments)


def kept(path: Path) -> dict[str, Position]:
    with closing(Positions(str(path))) as positions:
        return positions.kept


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    with closing(Positions(str(tmp_path / "new" / "state"))) as positions:
        positions.write({"/a": HERE, "/b": THERE})
    assert {"/a": HERE, "/b": THERE} == kept(tmp_path / "new" / "state")


def test_one_bridge_alone_has_it(tmp_path: Path) -> None:
    path = str(tmp_path / "state")
    with closing(Positions(path)), pytest.raises(ConfigError) as refused:
        Positions(path)
    assert (
        f"{path} (state.path): expected a file of ours alone, got one that another bridge has - "
        "stop it, or give each bridge a file of its own"
    ) == str(refused.value)
    Positions(path).close()


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", '{"version": 2, "files": {}}', '{"version": 1, "files": {"/a": {"offset": 1}}}']
)
def test_another_content_is_refused_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state"
    path.write_text(text)
    with pytest.raises(ConfigError) as refused:
        Positions(str(path))
    assert (
        f"{path} (state.path): expected positions of logs, got something else - "
        "move it away: then every log is read as `from` says"
    ) == str(refused.value)
    assert text == path.read_text()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError) as refused:
        Positions(str(tmp_path / "file" / "state"))
    assert (
        f"{tmp_path}/file/state (state.path): expected a file to write, got: file exists - "
        "name one in a directory of the bridge's own that outlives the process"
    ) == str(refused.value)


def test_moves_are_written_together(tmp_path: Path) -> None:
    """Those that come while one is written go with the next; the last one is there at the end."""
    written: list[int] = []

    async def slowly(function: Callable[..., Any], /, *arguments: Any) -> Any:
        written.append(arguments[0]["/a"].offset)
        await asyncio.sleep(1)
        return function(*arguments)

    async def main() -> None:
        keeper = Keeper(Positions(str(tmp_path / "state")), slowly)
        for number in range(1, 8):
            keeper.put("/a", Position(offset=number))
            await asyncio.sleep(0.45)
        await keeper.close()

    virtual_time.run(main())
    assert [1, 3, 5, 7, 7] == written
    assert {"/a": Position(offset=7)} == kept(tmp_path / "state")


def test_a_log_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    async def main() -> None:
        keeper = Keeper(Positions(str(tmp_path / "state")), at_once)
        keeper.put("/a", HERE)
        keeper.put("/b", THERE)
        keeper.forget("/a")
        keeper.forget("/a")
        assert (None, THERE, ["/b"]) == (keeper.get("/a"), keeper.get("/b"), list(keeper.known()))
        await keeper.close()

    virtual_time.run(main())
    assert {"/b": THERE} == kept(tmp_path / "state")


def test_a_full_disk_is_told_and_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    full = [True]

    async def on_a_full_disk(function: Callable[..., Any], /, *arguments: Any) -> Any:
        if full[0]:
            raise OSError(28, "No space left on device")
        return function(*arguments)

    async def main() -> None:
        keeper = Keeper(Positions(str(tmp_path / "state")), on_a_full_disk)
        keeper.put("/a", HERE)
        await asyncio.sleep(RETRY_SECONDS / 2)
        full[0] = False
        await asyncio.sleep(RETRY_SECONDS)
        await keeper.close()

    with caplog.at_level(logging.ERROR):
        virtual_time.run(main())
    (said,) = caplog.messages
    assert (
        f"{tmp_path}/state (state.path): expected a file to write, got: no space left on device - "
        "name one in a directory of the bridge's own that outlives the process; "
        "until then a restart sends again what was delivered since"
    ) == said
    assert {"/a": HERE} == kept(tmp_path / "state")


def test_nothing_is_written_where_nothing_moves(tmp_path: Path) -> None:
    async def never(function: Callable[..., Any], /, *arguments: Any) -> Any:
        raise AssertionError(function, arguments)

    async def main() -> None:
        await Keeper(Positions(str(tmp_path / "state")), never).close()

    virtual_time.run(main())
