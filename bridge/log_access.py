"""Why a log cannot be read, and what to grant: the API server's audit log is 0600 since 1.22, in a directory 0700, both its own."""

from pathlib import Path


def sentence(path: str, error: OSError) -> str:
    """Return place, want, got and cure for what reading a log met."""
    place = str(error.filename or path)
    match error:
        case PermissionError():
            return f"{place}: expected a log to read, got none that this user may read - {_grant(place)}"
        case FileNotFoundError():
            return f"{place}: expected the log's directory, got none - create it, or correct the path in `files`"
        case IsADirectoryError():
            return f"{place}: expected a log, got a directory - name the file in it in `files`"
    got = (error.strerror or type(error).__name__).lower()
    return f"{place}: expected a log to read, got: {got} - check the disk and the path"


def _grant(place: str) -> str:
    """Say whom to run as; the owner can be told where the directory at least can be passed."""
    for path in (Path(place), Path(place).parent):
        try:
            owner = path.stat().st_uid
        except OSError:
            continue
        return f"run the bridge as uid {owner}, which owns it, or give it the capability DAC_READ_SEARCH"
    return "run the bridge as root, or give it the capability DAC_READ_SEARCH"
