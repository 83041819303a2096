"""The file that says how far each log is delivered (`state.path`): small, JSON, replaced as a whole, on the disk when a write returns.

Only one bridge at a time can have it: it is locked by a file beside it, for two would deliver everything twice.
"""

import asyncio
import fcntl
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import orjson

from bridge.errors import ConfigError
from bridge.position import Position

log = logging.getLogger("bridge.files")

VERSION = 1
RETRY_SECONDS = 1.0
LOCK = ".lock"


class InThread(Protocol):
    """Calls a blocking function where it holds up nobody."""

    async def __call__(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
        """Return what the function returns."""


class Positions:
    """The file, open and locked; `kept` is what it held. Raises ConfigError where it cannot be used."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._path = Path(path)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(f"{path}{LOCK}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigError(_unusable(path, error)) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.kept = _read(self._path)
            self.write(self.kept)  # better found out now than after the first delivery
        except BlockingIOError:
            self.close()
            cure = "stop it, or give each bridge a file of its own"
            raise ConfigError(
                f"{path} (state.path): expected a file of ours alone, got one that another bridge has - {cure}"
            ) from None
        except OSError as error:
            self.close()
            raise ConfigError(_unusable(path, error)) from None
        except ConfigError:
            self.close()
            raise

    def write(self, positions: Mapping[str, Position]) -> None:
        """Replace what the file holds; it is on the disk afterwards. Raises OSError, and then the file is as it was."""
        data = {"version": VERSION, "files": {path: position.as_json() for path, position in positions.items()}}
        fresh = self._path.with_name(f"{self._path.name}.new")
        with fresh.open("wb") as file:
            file.write(orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def close(self) -> None:
        """Let another bridge have it."""
        os.close(self._lock)


class Keeper:
    """Writes positions as they move, one write at a time, each with all that has moved meanwhile."""

    def __init__(self, positions: Positions, in_thread: InThread) -> None:
        self._positions = positions
        self._in_thread = in_thread
        self._now = dict(positions.kept)
        self._moved = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None
        self._closing = False

    def get(self, path: str) -> Position | None:
        """Return a log's position, None where it has none."""
        return self._now.get(path)

    def known(self) -> Iterable[str]:
        """Return the logs that have positions."""
        return list(self._now)

    def put(self, path: str, position: Position) -> None:
        """Move a log's position."""
        self._now[path] = position
        self._move()

    def forget(self, path: str) -> None:
        """Drop a log that is delivered to its end and gone."""
        if self._now.pop(path, None):
            self._move()

    async def close(self) -> None:
        """Write what has moved, and let the file go."""
        self._closing = True
        if self._writing:
            self._moved.set()
            await self._writing
        self._positions.close()

    def _move(self) -> None:
        self._moved.set()
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_on())

    async def _write_on(self) -> None:
        while True:
            await self._moved.wait()
            written = await self._write()
            if self._closing and not self._moved.is_set():
                return
            if not written:
                await asyncio.sleep(RETRY_SECONDS)
                self._moved.set()

    async def _write(self) -> bool:
        self._moved.clear()
        try:
            await self._in_thread(self._positions.write, dict(self._now))
        except OSError as error:
            sentence = _unusable(self._positions.path, error)
            log.error("%s; until then a restart sends again what was delivered since", sentence)  # noqa: TRY400 - no traceback
            return False
        return True


def _read(path: Path) -> dict[str, Position]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    try:
        found = orjson.loads(data)
        files = found["files"] if found["version"] == VERSION else {"": found}
        return {name: Position.from_json(position) for name, position in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        cure = "move it away: then every log is read as `from` says"
        raise ConfigError(f"{path} (state.path): expected positions of logs, got something else - {cure}") from None


def _unusable(path: str | Path, error: OSError) -> str:
    why = (error.strerror or type(error).__name__).lower()
    return f"{path} (state.path): expected a file to write, got: {why} - name one in a directory of the bridge's own that outlives the process"
